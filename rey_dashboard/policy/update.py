from oslo_policy import policy

from rey_dashboard.policy import base

READ = 'rey:update:read'
ACT = 'rey:update:act'

RULES = [
    policy.DocumentedRuleDefault(
        READ,
        base.ADMIN,
        description="See the cloud's versions, and what an update changed.",
        operations=[
            {'method': 'GET', 'path': f'/rey/versions/{tab}'}
            for tab in ('', 'releases/', 'changes/', 'hypervisors/')
        ],
    ),
    policy.RuleDefault(
        ACT,
        base.ADMIN,
        description='Keep the state of before an update, and compare with it.',
    ),
]
