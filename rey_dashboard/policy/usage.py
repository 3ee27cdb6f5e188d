from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:usage:read'
REFRESH = 'rey:data:refresh'

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        base.ADMIN,
        description='See the use that projects make of the cloud.',
        operations=[
            {'method': 'GET', 'path': '/rey/projects/'},
            {'method': 'POST', 'path': '/rey/projects/columns/'},
            {'method': 'GET', 'path': '/rey/projects/domains/'},
            {'method': 'GET', 'path': '/rey/projects/users/'},
            {'method': 'GET', 'path': '/rey/projects/quotas/'},
            {'method': 'GET', 'path': '/rey/projects/{project_id}/'},
            {'method': 'GET', 'path': '/rey/projects/{project_id}/{tab}/'},
            {'method': 'GET', 'path': '/rey/data/'},
        ],
    ),
    policy.DocumentedRuleDefault(
        REFRESH,
        base.ADMIN,
        description='Ask the worker to read the cloud again now.',
        operations=[{'method': 'POST', 'path': '/rey/data/refresh/'}],
    ),
]
