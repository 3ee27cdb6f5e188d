from oslo_policy import policy

from rey_dashboard.policy import base
from rey_dashboard.policy import install
from rey_dashboard.policy import operate
from rey_dashboard.policy import update
from rey_dashboard.policy import usage

READ = 'rey:today:read'
#: By the area of a check: who may say something of what it finds.
ACTS = {
    'install': install.ACT,
    'operate': operate.ACT,
    'usage': usage.ACT,
    'update': update.ACT,
}
_PAGES = [
    {'method': 'GET', 'path': '/rey/today/'},
    {'method': 'GET', 'path': '/rey/today/findings/'},
    {'method': 'GET', 'path': '/rey/today/findings/{finding_id}/'},
    {'method': 'GET', 'path': '/rey/today/checks/'},
]

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        'rule:rey:install:read or rule:rey:operate:read or '
        'rule:rey:usage:read or rule:rey:update:read',
        description='See what needs attention, of the areas that one may '
        "read: each check's own rule tells who sees what it finds. To "
        "acknowledge, snooze or assign a finding, the area's rule to act is "
        'needed as well.',
        operations=[
            *_PAGES,
            {
                'method': 'POST',
                'path': '/rey/today/findings/{finding_id}/{order}/',
            },
        ],
    ),
    policy.DocumentedRuleDefault(
        READ + base.OF_DOMAIN,
        'rule:rey:operate:read_domain or rule:rey:usage:read_domain',
        description='See what needs attention in one domain; asked for each '
        'domain on which the user has a role.',
        operations=_PAGES,
    ),
]
