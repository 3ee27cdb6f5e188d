"""Writes what a check found, in few statements and one short transaction."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import dataclasses
import datetime
import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db import transaction
from django.utils import translation

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.inventory import lease as lease_
from rey_dashboard.inventory import one_writer
from rey_dashboard.inventory import store

WHAT = models.FindingRecord.What
#: What a finding tells; when none of it changed, its row is not written.
TOLD = (
    'subject_name',
    'severity',
    'word',
    'title',
    'evidence',
    'hits',
    'hits_what',
    'project_id',
    'host',
    'since',
)
_KEY = ('region', 'check_name', 'subject')
_LIFE = ('last_seen_at', 'opened_at', 'resolved_at', 'returns')


@dataclasses.dataclass(frozen=True)
class Run:
    """One look of one check."""

    lease: lease_.Lease
    name: str
    at: datetime.datetime

    @property
    def key(self) -> dict:
        return {'region': self.lease.region, 'check_name': self.name}

    @property
    def findings(self):
        return models.Finding.objects.filter(**self.key)


def rows(
    run: Run, check: registry.Check, found: Mapping[str, registry.Found]
) -> list[models.Finding]:
    """As they would be stored if they were new; asks the check for its words.

    :raises Exception: the check's titles or evidence are no good
    """
    # The language of the process is nobody's in particular.
    with translation.override('en'):
        return [_row(run, check, one) for one in found.values()]


def _row(run, check, found):
    if not 0 < len(found.subject) <= 255:
        raise ValueError('a subject has 1 to 255 characters')
    evidence = json.dumps(dict(found.evidence), cls=DjangoJSONEncoder)
    return models.Finding(
        **run.key,
        subject=found.subject,
        subject_name=found.subject_name[:255],
        severity=registry.SEVERITY(found.severity),
        word=found.word,
        title=str(check.title(found)),
        evidence=json.loads(evidence),
        hits=found.hits,
        hits_what=registry.HIT(found.hits_what),
        project_id=found.project_id,
        host=found.host,
        since=found.since,
        first_seen_at=run.at,
        last_seen_at=run.at,
        opened_at=run.at,
    )


def keep(run: Run, took_s: float, new: Sequence[models.Finding]) -> None:
    """Makes these the check's only open findings.

    What is to be written is worked out before the transaction, which is short
    so: while we have the lease, nobody else changes these columns.

    :raises lease.Lost: another took over; nothing is written
    """
    there = {row.subject: row for row in run.findings.open().iterator()}
    wanted = {row.subject for row in new}
    gone = [row for key, row in there.items() if key not in wanted]
    changed = [row for row in new if _differs(row, there.get(row.subject))]
    for batch in store.batches(changed, store.BATCH):
        _take_over(run, batch, there)
    with _writing(run):
        for batch in store.batches(gone, store.BATCH):
            _resolve(run, batch)
        for batch in store.batches(changed, store.BATCH):
            _write(batch)
        run.findings.open().update(last_seen_at=run.at)
        _note(
            run,
            took_s=took_s,
            last_good_at=run.at,
            found=len(new),
            waits_for=[],
            error='',
            breaking_since=None,
        )


def opened(run: Run) -> list[models.Finding]:
    """What this look found for the first time, or again, and is critical.

    What was put off till later is not told.
    """
    critical = registry.SEVERITY.CRITICAL
    return list(
        run.findings.awake().filter(opened_at=run.at, severity=critical)
    )


def skip(run: Run, waits_for: list[str]) -> None:
    """It did not look: parts that it rests on are no good."""
    with _writing(run):
        _note(run, took_s=None, waits_for=waits_for)


def note_error(run: Run, took_s: float, error: str) -> None:
    """It broke; what it found before stays."""
    with _writing(run):
        last = models.CheckRun.objects.filter(**run.key).first()
        since = last.breaking_since if last else None
        _note(
            run,
            took_s=took_s,
            waits_for=[],
            error=error,
            breaking_since=since or run.at,
        )


def forget(lease: lease_.Lease, keep_days: int) -> None:
    """Drops what was resolved too long ago; its records stay."""
    run = Run(lease, '', datetime.datetime.now(datetime.UTC))
    oldest = run.at - datetime.timedelta(days=keep_days)
    with _writing(run):
        models.Finding.objects.filter(
            region=lease.region, resolved_at__lt=oldest
        ).delete()


@contextlib.contextmanager
def _writing(run) -> Iterator[None]:
    with one_writer.turn(), transaction.atomic():
        # From here on nobody can take the lease before we have committed.
        run.lease.renew()
        yield


def _note(run, **columns):
    models.CheckRun.objects.update_or_create(
        **run.key, defaults={'started_at': run.at, **columns}
    )


def _differs(new, old):
    return old is None or any(
        getattr(new, name) != getattr(old, name) for name in TOLD
    )


def _resolve(run, batch):
    rows = models.Finding.objects.filter(pk__in=[row.pk for row in batch])
    # Somebody may have acknowledged one a moment ago.
    acknowledged = rows.exclude(acknowledged_at=None)
    models.FindingRecord.objects.bulk_create(
        models.FindingRecord(
            region=row.region,
            finding=row,
            at=run.at,
            what=WHAT.ENDED,
            details={'by': row.acknowledged_by_name},
        )
        for row in acknowledged
    )
    rows.update(
        resolved_at=run.at,
        acknowledged_at=None,
        acknowledged_by_id='',
        acknowledged_by_name='',
    )


def _take_over(run, batch, there):
    """The life of those that are there, or were before."""
    absent = [row.subject for row in batch if row.subject not in there]
    back = {
        row.subject: row for row in run.findings.filter(subject__in=absent)
    }
    for row in batch:
        if row.subject in there:
            row.opened_at = there[row.subject].opened_at
            row.returns = there[row.subject].returns
        elif row.subject in back:
            row.returns = back[row.subject].returns + 1


def _write(rows):
    """Also over those that are there, but for what people said of them."""
    # MariaDB takes whatever unique key is hit and wants none named.
    named = connection.features.supports_update_conflicts_with_target
    models.Finding.objects.bulk_create(
        rows,
        batch_size=store.BATCH,
        update_conflicts=True,
        unique_fields=_KEY if named else None,
        update_fields=(*TOLD, *_LIFE),
    )
