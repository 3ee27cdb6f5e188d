"""What the simulated cinder-backup has to do, and how a test steers it.

Work begins with a call to Cinder, takes its time by the cloud's clock, and
has its effect at the first call after that; its stamps tell when it was due.
"""

import dataclasses
import datetime

from tests.simcloud import backup_ends
from tests.simcloud import service

#: Kinds of work, and that of which a table in ``cloud.stuck`` or
#: ``cloud.broken`` speaks. The last two are cinder-volume's.
WORK = {
    'backup': 'backups',
    'restore': '',
    'delete': '',
    'import': '',
    'make volume': 'volumes',
    'delete volume': '',
}


@dataclasses.dataclass
class Job:
    """Of a restore ``volume_id`` is the one written to.

    :param how: ``incremental`` for a backup that builds on another
    :param told: columns of the volume, or of the record, at its end
    """

    work: str
    began: datetime.datetime
    size: int
    backup_id: str = ''
    volume_id: str = ''
    backend: str = ''
    snapshot_id: str | None = None
    how: str = ''
    told: dict = dataclasses.field(default_factory=dict)
    #: Why it ends badly, whatever a test ordered.
    why: str = ''

    def is_of(self, order) -> bool:
        return order.work in ('', self.work, self.how) and order.on in (
            '',
            self.backup_id,
            self.volume_id,
            self.backend,
            self.backend.partition('#')[0],
        )


@dataclasses.dataclass(eq=False)
class Order:
    """In force until it is cleared, or has happened ``times`` times."""

    kind: str
    work: str
    on: str
    value: object = None
    status: str = 'error'
    times: int | None = None
    is_over: bool = False

    def clear(self) -> None:
        self.is_over = True


class CinderBackup:
    """``work`` is one of ``WORK`` or ``incremental``; nothing means all.

    ``on`` is the id of a backup or volume (of a restore the one written to)
    or a back end, with or without its pool. The latest order goes first.
    """

    def __init__(self, cloud):
        self._cloud = cloud
        self._orders = []
        self._jobs = []
        self._looked = cloud.clock.told
        #: Whether the driver can delete by force.
        self.can_force = False

    def takes(
        self, seconds_per_gib: float, work: str = '', on: str = ''
    ) -> Order:
        return self._order('takes', work, on, seconds_per_gib)

    def fails(
        self,
        why: str,
        work: str = 'backup',
        on: str = '',
        status: str = 'error',
        times: int | None = None,
    ) -> Order:
        """When its time is over.

        :param status: of what failed; ``error_deleting`` for one
        """
        return self._order('fails', work, on, why, status=status, times=times)

    def hangs(self, work: str = '', on: str = '') -> Order:
        """It never ends; it goes on when the order is cleared."""
        return self._order('hangs', work, on)

    def clear(self) -> None:
        """Takes all orders back."""
        for order in self._orders:
            order.clear()

    def _order(self, kind, work, on, value=None, **more):
        if work not in ('', 'incremental', *WORK):
            raise ValueError(f'{work}: one of {", ".join(WORK)}')
        order = Order(kind, work, on, value, **more)
        self._orders.insert(0, order)
        return order

    @property
    def jobs(self) -> list[Job]:
        """What is under way."""
        return list(self._jobs)

    def begin(self, work: str, size: int, **told) -> None:
        volume = self._cloud.tables['volumes'].get(told.get('volume_id', ''))
        if volume is not None:
            told['backend'] = volume['host']
        told.setdefault('began', self._cloud.clock.told)
        self._jobs.append(Job(work, size=size, **told))

    def begin_restore(self, backup, volume) -> None:
        told = {'status': 'restoring', 'restore_volume_id': volume.id}
        self._cloud.change('backups', backup.id, **told)
        self.begin(
            'restore',
            backup['size'],
            backup_id=backup.id,
            volume_id=volume.id,
        )

    def settle(self) -> None:
        """What is due has its effect."""
        now = self._cloud.clock.told
        due = [(self._due(job), job) for job in self._jobs]
        ready = [pair for pair in due if pair[0] and pair[0] <= now]
        for at, job in sorted(ready, key=lambda pair: pair[0]):
            self._jobs.remove(job)
            self._end(job, max(at, self._looked))
        # What a listing has told once is not changed before it.
        self._looked = now

    def _due(self, job):
        is_ours = job.work not in ('make volume', 'delete volume')
        if job.why:
            return job.began
        if (
            WORK[job.work] in self._cloud.stuck
            or (is_ours and not self.runs())
            or self._found('hangs', job)
        ):
            return None
        pace = self._found('takes', job)
        seconds = pace.value * job.size if pace else 0
        return job.began + datetime.timedelta(seconds=seconds)

    def runs(self, status: str = '') -> bool:
        """Whether one is up.

        :param status: and is ``enabled``: it gets new work
        """
        return any(
            row['binary'] == 'cinder-backup'
            and row['state'] == 'up'
            and status in ('', row['status'])
            for row in self._cloud.tables['volume_services']
        )

    def need(self) -> None:
        if not self.runs('enabled'):
            raise service.Refusal(
                404, 'Service cinder-backup could not be found.'
            )

    def _end(self, job, at):
        failure = self._found('fails', job)
        why, status = job.why, 'error'
        if failure and not why:
            why, status = failure.value, failure.status
            if failure.times is not None:
                failure.times -= 1
        if WORK[job.work] in self._cloud.broken:
            why = why or 'No valid host was found.'
        backup_ends.end(self._cloud, job, at, why, status)

    def _found(self, kind, job):
        for order in self._orders:
            if (
                order.kind == kind
                and not order.is_over
                and order.times != 0
                and job.is_of(order)
            ):
                return order
        return None
