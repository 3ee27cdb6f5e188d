"""The points of a comparison: what is told of each, and how."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import logging

from django.utils.translation import gettext_lazy as _

from rey_dashboard.runs import reports

LOG = logging.getLogger(__name__)

WORSE, MENDED, CHANGED = 'worse', 'mended', 'changed'
BY_TIME, UNCHANGED, UNKNOWN = 'by_time', 'unchanged', 'unknown'
#: Of an upgrade check, whose own word counts.
SUCCESS, WARNING, FAILURE = 'success', 'warning', 'failure'
BROKE = 'broke'
RESULTS = {
    WORSE: reports.FAIL,
    MENDED: reports.PASS,
    CHANGED: reports.NOTE,
    BY_TIME: reports.NOTE,
    UNCHANGED: reports.PASS,
    UNKNOWN: reports.UNKNOWN,
    SUCCESS: reports.PASS,
    WARNING: reports.NOTE,
    FAILURE: reports.FAIL,
    BROKE: reports.FAIL,
}
GROUPS = {
    'reading': _('What could be read'),
    'services': _('Services and agents'),
    'endpoints': _('Endpoints'),
    'certificates': _('Certificates'),
    'versions': _('Versions'),
    'errors': _('Things in error'),
    'stuck': _('Things that are stuck'),
    'findings': _('Findings'),
    'quotas': _('Limits of quotas'),
    'smoke_test': _('Smoke test'),
    'counts': _('Counts by status'),
    'upgrade_checks': _('Upgrade checks'),
}
#: What counts as worse in each group.
_WORSE = {
    'reading': _('%(subject)s: it was read before the update, and is not now'),
    'services': _('%(subject)s: down, disabled or gone since: %(number)d'),
    'endpoints': _('%(subject)s: gone or without an answer: %(number)d'),
    'certificates': _('%(subject)s: not trusted any more: %(number)d'),
    'errors': _('%(subject)s: in error since: %(number)d'),
    'stuck': _('%(subject)s: stuck since: %(number)d'),
    'findings': _('%(subject)s: new, or graver: %(number)d'),
    'quotas': _('%(subject)s: changed by nobody known: %(number)d'),
    'smoke_test': _('%(subject)s: failed, or much slower: %(number)d'),
}
_WORDS = {
    WORSE: _('%(subject)s: worse: %(number)d'),
    MENDED: _('%(subject)s: mended: %(number)d'),
    CHANGED: _('%(subject)s: changed: %(number)d'),
    BY_TIME: _('%(subject)s: by the passing of time: %(number)d'),
    UNCHANGED: _('%(subject)s: as before: %(number)d'),
    UNKNOWN: _('%(subject)s: not known'),
    SUCCESS: _('%(subject)s: success: %(number)d'),
    WARNING: _('%(subject)s: warnings: %(number)d'),
    FAILURE: _('%(subject)s: failures: %(number)d'),
    BROKE: _('%(subject)s: the check itself broke'),
}
_NOTHING = _('%(subject)s: none, as before')


@dataclasses.dataclass(frozen=True)
class Point:
    """What is alike in one respect.

    :param subject: in English: it is part of the report
    :param number: of things, which the evidence may name in part
    """

    group: str
    subject: str
    change: str
    number: int = 0
    evidence: Sequence[str] = ()

    @property
    def result(self) -> str:
        return RESULTS[self.change]


def words(group: str, subject: str, change: str, number: int) -> str:
    """In the reader's language."""
    text = _WORDS.get(change, '%(subject)s')
    if change == WORSE:
        text = _WORSE.get(group, text)
    elif change == UNCHANGED and not number:
        text = _NOTHING
    return str(text % {'subject': subject, 'number': number})


def shown(
    comparison_id: int, ended_at, rows: Iterable[Mapping]
) -> list[reports.Shown]:
    """Those of a report, as pages show them."""
    return [
        reports.Shown(
            run_id=comparison_id,
            run_ended_at=ended_at,
            group=row['group'],
            key=row['change'],
            subject=row['subject'],
            result=row['result'],
            words=words(
                row['group'], row['subject'], row['change'], row['number']
            ),
            evidence=row['evidence'],
        )
        for row in rows
    ]


def held(snapshot: Mapping) -> list[tuple[str, int]]:
    """How many things of each kind a baseline holds."""
    if not snapshot:
        return []
    smoke_test = snapshot['smoke_test'] or {}
    return [
        (_('Services and agents'), _sum(snapshot['services'])),
        (_('Endpoints'), len(snapshot['endpoints'])),
        (_('Certificates'), len(snapshot['certificates'])),
        (_('Hypervisors'), len(snapshot['versions']['hypervisors'])),
        (
            _('Servers, volumes, snapshots, backups and floating IPs'),
            sum(sum(one.values()) for one in snapshot['counts'].values()),
        ),
        (_('Things in error'), _sum(snapshot['errors'])),
        (
            _('Findings, and things that are stuck'),
            len(snapshot['findings']),
        ),
        (
            _('Projects with limits of quotas'),
            len(snapshot['quotas']['projects']),
        ),
        (
            _('Stages of the last smoke test'),
            len(smoke_test.get('seconds', ())),
        ),
    ]


def _sum(by_part):
    return sum(map(len, by_part.values()))
