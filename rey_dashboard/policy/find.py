from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:find:read'
_PAGES = [
    {'method': 'GET', 'path': '/rey/find/'},
    {'method': 'GET', 'path': '/rey/find/{kind}/{id}/'},
    {'method': 'GET', 'path': '/rey/find/{kind}/{id}/live/'},
]

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        'rule:rey:install:read or rule:rey:operate:read or '
        'rule:rey:usage:read or rule:rey:update:read',
        description='Look things up by a part of a name, id or address: '
        "those of the areas that one may read, by each area's own rule.",
        operations=_PAGES,
    ),
    policy.DocumentedRuleDefault(
        READ + base.OF_DOMAIN,
        'rule:rey:operate:read_domain or rule:rey:usage:read_domain',
        description='Look up what is of one domain; asked for each domain on '
        'which the user has a role.',
        operations=_PAGES,
    ),
]
