from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:install:read'
ACT = 'rey:install:act'

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        base.ADMIN,
        description='See whether the cloud is installed as it should be.',
        operations=[
            {'method': 'GET', 'path': '/rey/readiness/'},
            {'method': 'GET', 'path': '/rey/readiness/endpoints/'},
            {'method': 'GET', 'path': '/rey/readiness/expectations/'},
            {'method': 'GET', 'path': '/rey/readiness/hosts/'},
            {'method': 'GET', 'path': '/rey/readiness/runs/'},
            {'method': 'GET', 'path': '/rey/readiness/runs/{run_id}/'},
        ],
    ),
    policy.DocumentedRuleDefault(
        ACT,
        base.ADMIN,
        description='Try and change how the cloud is installed.',
        operations=[
            {'method': 'POST', 'path': '/rey/readiness/run/'},
            {'method': 'POST', 'path': '/rey/readiness/expectations/'},
            {'method': 'GET', 'path': '/rey/readiness/smoke-test/'},
            {'method': 'POST', 'path': '/rey/readiness/smoke-test/'},
        ],
    ),
]
