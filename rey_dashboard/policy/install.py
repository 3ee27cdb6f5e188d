from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:install:read'
ACT = 'rey:install:act'

RULES = [
    policy.RuleDefault(
        READ,
        base.ADMIN,
        description='See whether the cloud is installed as it should be.',
    ),
    policy.RuleDefault(
        ACT,
        base.ADMIN,
        description='Try and change how the cloud is installed.',
    ),
]
