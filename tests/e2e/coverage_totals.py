"""What the Backups pages must sum up of the volumes of a project."""

import collections

from tests.e2e import coverage_expected
from tests.e2e import expected

AT_RISK = ('stuck', 'failing', 'never', 'stale')
STATES = (*AT_RISK, 'protected', 'in_progress', 'new', 'excluded')
NOT_COUNTED = ('new', 'excluded')


def projects(facts, volumes) -> dict[str, dict]:
    """Rows of the projects' export by id, of those of the volumes."""
    grouped = collections.defaultdict(list)
    for row in volumes:
        grouped[row['project_id']].append(row)
    return {
        project_id: {
            **coverage_expected.of_project(facts, project_id),
            'contact': (
                expected.contact(facts.projects[project_id])
                if project_id in facts.projects
                else None
            ),
            **_sums(rows),
        }
        for project_id, rows in grouped.items()
    }


def _sums(rows):
    counted = [row for row in rows if row['state'] not in NOT_COUNTED]
    within = [row for row in counted if row['within']]
    ill = [row for row in rows if row['state'] in AT_RISK]
    failing = [row['failing_since'] for row in ill if row['failing_since']]
    good = [row['last_good_at'] for row in counted if row['last_good_at']]
    targets = {
        (row['target_hours'], row['target_source'])
        for row in rows
        if row['state'] != 'excluded'
    }
    one = targets.pop() if len(targets) == 1 else (None, '')
    return {
        'volumes': len(rows),
        'size_gib': _sum(rows, 'size_gib'),
        'counted': len(counted),
        'within': len(within),
        'within_gib': _sum(within, 'size_gib'),
        'within_percent': (
            100 * len(within) / len(counted) if counted else None
        ),
        **{name: sum(row['state'] == name for row in rows) for name in STATES},
        'at_risk': len(ill),
        'at_risk_gib': _sum(ill, 'size_gib'),
        'oldest_good_at': min(good, default=None),
        'failing_since': min(failing, default=None),
        'failures_7_days': _sum(rows, 'failures_7_days'),
        'backups': _sum(rows, 'backups'),
        'held_gib': _sum(rows, 'held_gib'),
        'snapshots': _sum(rows, 'snapshots'),
        'target_hours': one[0],
        'target_source': one[1],
    }


def commonest(volumes) -> set[str]:
    """The words that most failing volumes of one project share."""
    reasons = collections.Counter(
        row['fail_reason']
        for row in volumes
        if row['state'] in AT_RISK and row['failing_since']
    )
    most = max(reasons.values(), default=0)
    return {words for words, n in reasons.items() if n == most} or {''}


def _sum(rows, name):
    return sum(row[name] for row in rows)
