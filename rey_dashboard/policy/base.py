"""What the rules of all areas are made of."""

from oslo_policy import policy

#: Passed by nobody: when it passes, the rules are not loaded.
NOBODY = 'rey:nobody'
ADMIN = 'rule:rey:admin'
#: Ends the name of a rule that is asked for one domain at a time.
OF_DOMAIN = '_domain'
#: What a rule of a domain is asked about: a role that the user has there.
#: Horizon knows the roles on the user's own project alone.
ROLE_THERE = 'target.role.name'
DOMAIN_MANAGER = 'rule:rey:domain_manager'

RULES = [
    policy.RuleDefault(
        'rey:admin',
        'role:admin',
        description="The cloud's administrators.",
    ),
    policy.RuleDefault(
        'rey:domain_manager',
        "'manager':%(target.role.name)s or 'admin':%(target.role.name)s",
        description='Who manages a domain, by the roles that he has on it '
        '(groups and implied roles count, inherited ones do not).',
    ),
    policy.RuleDefault(
        NOBODY,
        '!',
        description='Passed by nobody. It shows that the rules are loaded: '
        'leave it as it is.',
    ),
]
