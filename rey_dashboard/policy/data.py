from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:data:read'
REFRESH = 'rey:data:refresh'

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        'rule:rey:install:read or rule:rey:operate:read or '
        'rule:rey:usage:read or rule:rey:update:read',
        description='See how old the data is, and the words of what failed '
        'when it was read.',
        operations=[{'method': 'GET', 'path': '/rey/data/'}],
    ),
    policy.DocumentedRuleDefault(
        READ + base.OF_DOMAIN,
        'rule:rey:operate:read_domain or rule:rey:usage:read_domain',
        description='See how old the data is.',
        operations=[{'method': 'GET', 'path': '/rey/data/age/'}],
    ),
    policy.DocumentedRuleDefault(
        REFRESH,
        base.ADMIN,
        description='Ask the worker to read the cloud again now.',
        operations=[{'method': 'POST', 'path': '/rey/data/refresh/'}],
    ),
]
