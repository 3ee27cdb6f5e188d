from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:operate:read'
ACT = 'rey:operate:act'

RULES = [
    policy.RuleDefault(
        READ,
        base.ADMIN,
        description='See how the whole cloud runs: backups, services, hosts.',
    ),
    policy.RuleDefault(
        READ + base.OF_DOMAIN,
        base.DOMAIN_MANAGER,
        description='See how what one domain owns runs; asked for each '
        'domain on which the user has a role.',
    ),
    policy.RuleDefault(
        ACT,
        base.ADMIN,
        description='Back up, restore, start and stop things of the cloud.',
    ),
]
