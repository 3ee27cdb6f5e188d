from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:update:read'
ACT = 'rey:update:act'

_BASELINE = '/rey/verification/baselines/{baseline_id}/'

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        base.ADMIN,
        description="See the cloud's versions, and what an update changed.",
        operations=[
            *(
                {'method': 'GET', 'path': f'/rey/versions/{tab}'}
                for tab in ('', 'releases/', 'changes/', 'hypervisors/')
            ),
            {'method': 'GET', 'path': '/rey/verification/'},
            {'method': 'GET', 'path': _BASELINE},
            {'method': 'GET', 'path': '/rey/verification/comparisons/'},
            {
                'method': 'GET',
                'path': '/rey/verification/comparisons/{comparison_id}/',
            },
            {'method': 'GET', 'path': '/rey/verification/check/'},
            {'method': 'POST', 'path': '/rey/verification/check/'},
        ],
    ),
    policy.DocumentedRuleDefault(
        ACT,
        base.ADMIN,
        description='Keep the state of before an update, and compare with it.',
        operations=[
            {'method': 'POST', 'path': '/rey/verification/take/'},
            {'method': 'POST', 'path': _BASELINE},
            {'method': 'POST', 'path': f'{_BASELINE}compare/'},
            {'method': 'POST', 'path': f'{_BASELINE}delete/'},
        ],
    ),
]
