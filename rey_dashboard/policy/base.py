from oslo_policy import policy

#: Passed by nobody: when it passes, the rules are not loaded.
NOBODY = 'rey:nobody'
ADMIN = 'rule:rey:admin'

RULES = [
    policy.RuleDefault(
        'rey:admin',
        'role:admin',
        description="The cloud's administrators.",
    ),
    policy.RuleDefault(
        NOBODY,
        '!',
        description='Passed by nobody. It shows that the rules are loaded: '
        'leave it as it is.',
    ),
]
