"""One reading of one part: what it works with, and how it is recorded."""

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import dataclasses
import datetime
import logging
import threading
import time

from django import db
from django.db import models as db_models
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import databases
from rey_dashboard.inventory import models
from rey_dashboard.inventory import one_writer
from rey_dashboard.inventory import store
from rey_dashboard.inventory import summary

LOG = logging.getLogger(__name__)

#: Time between two notes of the progress, for the page to show.
PROGRESS_S = 1.0
#: Changes are asked for again of so long before: a service's hosts need not
#: have quite the same time, and a row may be written later than its stamp.
OVERLAP = datetime.timedelta(minutes=5)
#: From here on a difference of clocks is told.
GREATEST_SKEW_S = 60
#: How the note of it begins.
CLOCK = "The service's clock is about"

KINDS = models.PartReading.Kind
OUTCOMES = models.PartReading.Outcome


@dataclasses.dataclass
class Reading:
    """What a part's function is given, and what it leaves behind.

    :param number: of this collection; rows that it sees are stamped with it
    :param since: only what changed since then is asked for, by the service's
        clock; none for everything. A part that finds that changes will not
        do calls ``take_all``.
    :param was_blind: the cloud hid some rows from the last good reading
    :ivar rows: that the service told
    :ivar total: of the part, where a reading of changes knows it
    :ivar gone: rows that are proven gone, and are deleted at the end
    :ivar notes: what is not right, though the reading is good
    :ivar blind: the cloud hides some rows from this reading
    """

    cloud: cloud_session.Cloud
    session: cloud_session.Session
    region: str
    number: int
    settings: conf.Settings
    part: str
    stop: threading.Event
    since: datetime.datetime | None = None
    was_blind: bool = False
    rows: int = 0
    total: int | None = None
    gone: int = 0
    notes: list[str] = dataclasses.field(default_factory=list)
    blind: bool = False
    begun: datetime.datetime = dataclasses.field(default_factory=timezone.now)
    row_id: int | None = None
    _noted: float = 0.0

    @property
    def stamp(self) -> dict:
        """What every row of this reading carries."""
        return {'region': self.region, 'seen': self.number}

    @property
    def kind(self) -> str:
        return KINDS.FULL if self.since is None else KINDS.CHANGES

    def take_all(self, why: str = '') -> None:
        """Goes over to reading everything, with a word for the page."""
        self.since, self.rows = None, 0
        if why:
            self.notes.append(why)

    def expect(self, rows: int) -> None:
        """Tells the page how much there is to read."""
        note(self, expected=rows)

    def progress(self, rows: int) -> None:
        """Adds rows that were read and, once a second, notes them.

        :raises Stopped: the worker is told to end
        """
        if self.stop.is_set():
            raise Stopped
        self.rows += rows
        now = time.monotonic()
        if now - self._noted >= PROGRESS_S:
            self._noted = now
            note(self, done=self.rows)

    def write(
        self, model: type[db_models.Model], rows: Iterable[db_models.Model]
    ) -> None:
        """Writes rows that the cloud told, as ``store.upsert`` does.

        :raises Superseded: as ``writing``
        """
        with self.writing():
            store.upsert(model, rows)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction before whose end no later collection can begin.

        What a collection read before it stood still is older than what a
        later one has written.

        :raises Superseded: a later one has begun (our lease ran out)
        """
        rows = models.Collector.objects.filter(region=self.region)
        with one_writer.turn(), transaction.atomic():
            row = rows.select_for_update().first()
            if row and row.number != self.number:
                raise Superseded(
                    'A later collection took over.',
                    'This one was too slow or stood still; nothing to do.',
                )
            yield

    @contextlib.contextmanager
    def closing(self, changed: bool = True) -> Iterator[None]:
        """The part's last writes and its good end, in one transaction.

        :param changed: whether anything was read that may be new
        :raises Superseded: as ``writing``
        """
        needed = changed and self.part in summary.PARTS
        with (
            one_writer.turn(),
            summary.rebuilding(self.region, needed),
            self.writing(),
        ):
            yield
            succeed(self)


class Stopped(Exception):
    """Neither good nor bad: the next worker begins anew."""


class Superseded(faults.CloudFault):
    """Somebody else collects the region now; his data is newer."""


def state(region: str, part: str):
    """The part's record, as a queryset: updates touch only what they name."""
    return models.PartState.objects.filter(region=region, name=part)


def note(reading: Reading, **columns: object) -> None:
    """Writes into the part's record, apart from its data."""
    with one_writer.turn():
        state(reading.region, reading.part).update(**columns)


def begin(reading: Reading) -> None:
    of_part = {'region': reading.region, 'name': reading.part}
    told = {
        'started_at': reading.begun,
        'ended_at': None,
        'request_id': reading.session.request_id,
    }
    # The rows of everything are known from the last time.
    expected = None if reading.since else F('rows')
    with one_writer.turn():
        models.PartState.objects.get_or_create(**of_part)
        note(reading, done=0, expected=expected, **told)
        kept = models.PartReading.objects.create(
            number=reading.number, kind=reading.kind, **of_part, **told
        )
    reading.row_id = kept.pk


def succeed(reading: Reading) -> None:
    now = timezone.now()
    _tell_skew(reading)
    changed = {
        'ended_at': now,
        'last_good_at': now,
        'failing_since': None,
        'failures': 0,
        'error': '',
        'remedy': '',
        'note': ' '.join(reading.notes),
        'calls': reading.session.calls,
        'watermark': _watermark(reading),
        'blind': reading.blind,
    }
    if reading.since is None:
        changed.update(full_at=reading.begun, rows=reading.rows)
    elif reading.total is not None:
        changed['rows'] = reading.total
    state(reading.region, reading.part).update(**changed)
    _keep(reading, OUTCOMES.GOOD)


def fail(reading: Reading, error: BaseException) -> None:
    """Keeps the last good data and notes the error in plain words.

    :raises db.Error: not even that can be written; nothing is changed
    :raises Superseded: as ``Reading.writing``
    """
    told = databases if isinstance(error, db.Error) else faults
    explained = told.explain(error)
    now = timezone.now()
    record = state(reading.region, reading.part)
    with reading.writing():
        record.filter(failing_since=None).update(failing_since=now)
        record.update(
            ended_at=now,
            failures=F('failures') + 1,
            error=explained.words,
            remedy=explained.remedy,
            calls=reading.session.calls,
        )
        _keep(reading, OUTCOMES.FAILED, error=explained.words)
    LOG.warning(
        'Part %s of region %s was not read (%s): %s',
        reading.part,
        reading.region,
        reading.session.request_id,
        explained.words,
    )


def stopped(reading: Reading) -> None:
    """Neither good nor bad: the next collection begins anew."""
    _keep(reading, OUTCOMES.STOPPED)
    LOG.info('Part %s was stopped', reading.part)


def overtaken(reading: Reading, error: Superseded) -> None:
    """The later collection's verdict on the part counts, not this one's."""
    _keep(reading, OUTCOMES.FAILED, error=str(error))
    LOG.info('Part %s was overtaken', reading.part)


def _keep(reading, outcome, **more):
    models.PartReading.objects.filter(pk=reading.row_id).update(
        kind=reading.kind,
        outcome=outcome,
        ended_at=timezone.now(),
        rows=reading.rows,
        gone=reading.gone,
        calls=reading.session.calls,
        note=' '.join(reading.notes),
        **more,
    )


def _watermark(reading):
    """What changed later is asked for again the next time."""
    # Without a time of the service ours is all there is.
    return (reading.session.told_at or reading.begun) - OVERLAP


def _tell_skew(reading):
    skew_s = round(reading.session.skew_s)
    if abs(skew_s) < GREATEST_SKEW_S:
        return
    way = 'ahead of' if skew_s > 0 else 'behind'
    reading.notes.append(
        f"{CLOCK} {abs(skew_s) / 60:.0f} min {way} the worker's. Look at the "
        'time service (chrony, NTP) of both hosts.'
    )
