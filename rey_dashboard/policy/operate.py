from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:operate:read'
ACT = 'rey:operate:act'
HOLD = 'rey:operate:hold'
RESTORE_OVER = 'rey:operate:restore_over'
_PAGES = [
    {'method': 'GET', 'path': '/rey/backups/'},
    {'method': 'GET', 'path': '/rey/backups/volumes/'},
    {'method': 'GET', 'path': '/rey/backups/all/'},
    {'method': 'GET', 'path': '/rey/backups/levels/'},
    {'method': 'GET', 'path': '/rey/backups/policies/'},
    {'method': 'GET', 'path': '/rey/backups/policies/{policy_id}/'},
    {'method': 'GET', 'path': '/rey/backups/policies/{policy_id}/volumes/'},
    {'method': 'GET', 'path': '/rey/backups/pruning/'},
    {'method': 'GET', 'path': '/rey/backups/holds/'},
]
#: Of backups, in a domain or in the whole cloud.
_ACTS = [
    {'method': method, 'path': f'/rey/backups/{verb}/'}
    for verb in (
        *('back-up', 'restore', 'prove', 'prove/backups'),
        *('policies/new', 'policies/{policy_id}/edit'),
        *('reset', 'force-delete'),
    )
    for method in ('GET', 'POST')
] + [
    {'method': 'POST', 'path': f'/rey/backups/{path}/'}
    for path in ('prune', 'policies/{policy_id}/{order}')
]
#: Records of backups, which are no domain's.
_RECORDS = [
    {'method': method, 'path': f'/rey/backups/{path}'}
    for method, path in (
        ('GET', 'records/'),
        ('GET', 'export/'),
        ('POST', 'export/'),
        ('GET', 'export/{task_id}/'),
        ('POST', 'export/{task_id}/'),
        ('POST', 'export/{task_id}/drop/'),
        ('GET', 'import/'),
        ('POST', 'import/'),
    )
]
_APART = {
    name: [
        {'method': method, 'path': f'/rey/backups/{verb}/'}
        for verb in verbs
        for method in ('GET', 'POST')
    ]
    for name, verbs in (
        (HOLD, ('hold', 'release')),
        (RESTORE_OVER, ('restore-over',)),
    )
}

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
            *_ACTS,
            *_RECORDS,
            *(
                {'method': method, 'path': f'/rey/services/{verb}/'}
                for verb in ('disable', 'enable')
                for method in ('GET', 'POST')
            ),
        ],
    ),
    policy.DocumentedRuleDefault(
        ACT + base.OF_DOMAIN,
        base.DOMAIN_MANAGER,
        description='Back up and restore what one domain owns; asked for each '
        'domain on which the user has a role.',
        operations=[
            *_ACTS,
            {'method': 'POST', 'path': '/rey/tasks/{task_id}/{order}/'},
        ],
    ),
    *(
        rule
        for name, what in (
            (HOLD, 'Keep backups from being deleted by a policy, and end it'),
            (RESTORE_OVER, 'Restore a backup over the volume that there is'),
        )
        for rule in (
            policy.DocumentedRuleDefault(
                name,
                base.ADMIN,
                description=f'{what}, in the whole cloud.',
                operations=_APART[name],
            ),
            policy.DocumentedRuleDefault(
                name + base.OF_DOMAIN,
                base.DOMAIN_MANAGER,
                description=f'{what}, in one domain; asked for each domain '
                'on which the user has a role.',
                operations=_APART[name],
            ),
        )
    ),
]
