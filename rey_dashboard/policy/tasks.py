from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:tasks:read'
_PAGES = [
    {'method': 'GET', 'path': '/rey/tasks/'},
    {'method': 'GET', 'path': '/rey/tasks/news/'},
    {'method': 'POST', 'path': '/rey/tasks/news/'},
    {'method': 'GET', 'path': '/rey/tasks/{task_id}/'},
    {'method': 'POST', 'path': '/rey/tasks/{task_id}/{order}/'},
]

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        'rule:rey:install:read or rule:rey:operate:read or '
        'rule:rey:usage:read or rule:rey:update:read',
        description='See the tasks of the areas that one may read: who asked '
        'for what, how far it is and what failed. To ask for something, the '
        "area's rule to act is needed as well.",
        operations=_PAGES,
    ),
    policy.DocumentedRuleDefault(
        READ + base.OF_DOMAIN,
        'rule:rey:operate:read_domain or rule:rey:usage:read_domain',
        description='See the tasks that change what one domain owns, and '
        'nothing else; asked for each domain on which the user has a role. To '
        "ask for something, the twin of the area's rule to act is needed as "
        'well.',
        operations=_PAGES,
    ),
]
