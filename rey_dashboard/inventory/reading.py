"""One reading of one part: what it works with, and how it is recorded."""

from collections.abc import Iterator
import contextlib
import dataclasses
import logging
import threading
import time

from django.db.models import F
from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import models
from rey_dashboard.inventory import summary

LOG = logging.getLogger(__name__)

#: Time between two notes of the progress, for the page to show.
PROGRESS_S = 1.0


@dataclasses.dataclass
class Reading:
    """What a part's function is given.

    :param number: of this collection; rows that it sees are stamped with it
    """

    cloud: cloud_session.Cloud
    session: cloud_session.Session
    region: str
    number: int
    settings: conf.Settings
    part: str
    stop: threading.Event
    rows: int = 0
    _noted: float = 0.0

    @property
    def stamp(self) -> dict:
        """What every row of this reading carries."""
        return {'region': self.region, 'seen': self.number}

    def expect(self, rows: int) -> None:
        """Tells the page how much there is to read."""
        state(self.region, self.part).update(expected=rows)

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
            state(self.region, self.part).update(done=self.rows)

    @contextlib.contextmanager
    def closing(self) -> Iterator[None]:
        """The part's last writes and its good end, in one transaction.

        :raises Superseded: a later collection has begun (our lease ran out)
        """
        with summary.rebuilding(self.region):
            row = models.Collector.objects.get(region=self.region)
            if row.number != self.number:
                raise Superseded(
                    'A later collection took over.',
                    'This one was too slow or stood still; nothing to do.',
                )
            yield
            succeed(self)


class Stopped(Exception):
    """Neither good nor bad: the next worker begins anew."""


class Superseded(faults.CloudFault):
    """Somebody else collects the region now; his data is newer."""


def state(region: str, part: str):
    """The part's record, as a queryset: updates touch only what they name."""
    return models.PartState.objects.filter(region=region, name=part)


def begin(region: str, part: str, request_id: str) -> None:
    models.PartState.objects.get_or_create(region=region, name=part)
    state(region, part).update(
        started_at=timezone.now(),
        ended_at=None,
        request_id=request_id,
        done=0,
        expected=F('rows'),
    )


def succeed(reading: Reading) -> None:
    now = timezone.now()
    state(reading.region, reading.part).update(
        ended_at=now,
        last_good_at=now,
        failing_since=None,
        failures=0,
        error='',
        remedy='',
        rows=reading.rows,
        calls=reading.session.calls,
    )


def fail(reading: Reading, error: BaseException) -> None:
    """Keeps the last good data and notes the error in plain words."""
    explained = faults.explain(error)
    now = timezone.now()
    record = state(reading.region, reading.part)
    record.filter(failing_since=None).update(failing_since=now)
    record.update(
        ended_at=now,
        failures=F('failures') + 1,
        error=explained.words,
        remedy=explained.remedy,
        calls=reading.session.calls,
    )
    LOG.warning(
        'Part %s of region %s was not read (%s): %s',
        reading.part,
        reading.region,
        reading.session.request_id,
        explained.words,
    )
