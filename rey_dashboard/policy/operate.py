from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:operate:read'
ACT = 'rey:operate:act'
_PAGES = [
    {'method': 'GET', 'path': '/rey/backups/'},
    {'method': 'GET', 'path': '/rey/backups/volumes/'},
    {'method': 'GET', 'path': '/rey/backups/all/'},
    {'method': 'GET', 'path': '/rey/backups/levels/'},
]

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        base.ADMIN,
        description='See how the whole cloud runs: backups, services, hosts.',
        operations=[*_PAGES, {'method': 'GET', 'path': '/rey/services/'}],
    ),
    policy.DocumentedRuleDefault(
        READ + base.OF_DOMAIN,
        base.DOMAIN_MANAGER,
        description='See how what one domain owns runs; asked for each '
        'domain on which the user has a role.',
        operations=_PAGES,
    ),
    policy.DocumentedRuleDefault(
        ACT,
        base.ADMIN,
        description='Back up, restore, start and stop things of the cloud.',
        operations=[
            {'method': method, 'path': f'/rey/services/{verb}/'}
            for verb in ('disable', 'enable')
            for method in ('GET', 'POST')
        ],
    ),
    policy.DocumentedRuleDefault(
        ACT + base.OF_DOMAIN,
        base.DOMAIN_MANAGER,
        description='Back up and restore what one domain owns; asked for each '
        'domain on which the user has a role.',
        operations=[
            {'method': 'POST', 'path': '/rey/tasks/{task_id}/{order}/'},
        ],
    ),
]
