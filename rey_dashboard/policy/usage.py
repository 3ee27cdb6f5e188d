from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:usage:read'
ACT = 'rey:usage:act'
_PAGES = [
    {'method': 'GET', 'path': '/rey/projects/'},
    {'method': 'POST', 'path': '/rey/projects/columns/'},
    {'method': 'GET', 'path': '/rey/projects/domains/'},
    {'method': 'GET', 'path': '/rey/projects/users/'},
    {'method': 'GET', 'path': '/rey/projects/quotas/'},
    {'method': 'GET', 'path': '/rey/projects/{project_id}/'},
    {'method': 'GET', 'path': '/rey/projects/{project_id}/{tab}/'},
]

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        base.ADMIN,
        description='See the use that all projects make of the cloud.',
        operations=_PAGES,
    ),
    policy.DocumentedRuleDefault(
        READ + base.OF_DOMAIN,
        base.DOMAIN_MANAGER,
        description='See the use that the projects of one domain make of the '
        'cloud; asked for each domain on which the user has a role.',
        operations=_PAGES,
    ),
    policy.DocumentedRuleDefault(
        ACT,
        base.ADMIN,
        description='Change what projects may use.',
        operations=[
            {'method': 'GET', 'path': '/rey/projects/set-quotas/'},
            {'method': 'POST', 'path': '/rey/projects/set-quotas/'},
        ],
    ),
]
