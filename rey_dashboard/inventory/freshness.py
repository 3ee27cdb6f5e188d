"""How old what a page shows is, what went wrong, what is coming."""

from collections.abc import Sequence
import dataclasses
import datetime

from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts as parts_
from rey_dashboard.inventory import rhythm

#: A worker that was not seen for so long is called away.
WORKER_AWAY = datetime.timedelta(seconds=30)
#: A request that no worker took up for so long has not been heard: none of
#: them reads that region.
UNHEARD = datetime.timedelta(minutes=2)


@dataclasses.dataclass(frozen=True)
class Freshness:
    """What a page tells of its data.

    :param as_of: last good reading of the part that is behind most, those
        with a slower rhythm left out; none while a part was never read
    """

    region: str
    parts: tuple[models.PartState, ...]
    missing: tuple[str, ...]
    collector: models.Collector | None
    worker: models.Worker | None
    other_regions: tuple[str, ...]
    stale_after: datetime.timedelta

    @property
    def as_of(self) -> datetime.datetime | None:
        slow = self.slower
        read = [
            part.last_good_at for part in self.parts if part not in slow
        ] or [part.last_good_at for part in slow]
        return (
            None if None in read or self.missing else min(read, default=None)
        )

    @property
    def slower(self) -> list[models.PartState]:
        """Parts that not every collection reads."""
        return [part for part in self.parts if rhythm.slack(part.name)]

    @property
    def version(self) -> str:
        """Changes whenever a part was read anew."""
        return '-'.join(
            f'{part.last_good_at.timestamp():.0f}' if part.last_good_at else ''
            for part in self.parts
        )

    @property
    def nothing(self) -> bool:
        """No part was ever read."""
        return not any(part.last_good_at for part in self.parts)

    @property
    def old(self) -> bool:
        """Whether a part is older than it should be, by its own rhythm."""
        return bool(self.as_of) and any(
            _age(part.last_good_at)
            > self.stale_after + rhythm.slack(part.name)
            for part in self.parts
            if part.last_good_at
        )

    @property
    def faults(self) -> list[list[models.PartState]]:
        """Parts that fail, those with the same words together."""
        return _together(
            [part for part in self.parts if part.failing_since],
            lambda part: (part.error, part.remedy),
        )

    @property
    def notes(self) -> list[list[models.PartState]]:
        """Parts that are good with a remark, those with the same together."""
        noted = [
            part for part in self.parts if part.note and not part.failing_since
        ]
        return _together(noted, lambda part: part.note)

    @property
    def running(self) -> bool:
        row = self.collector
        return bool(
            row
            and row.lease_until
            and row.lease_until > timezone.now()
            and row.started_at
            and not row.ended_at
        )

    @property
    def requested(self) -> bool:
        """Asked for, and a worker is there to hear it."""
        asked = self.collector and self.collector.requested_at
        return bool(asked) and _age(asked) < UNHEARD and self.worker_is_there

    @property
    def coming(self) -> bool:
        return self.running or self.requested

    @property
    def reading(self) -> list[models.PartState]:
        """Parts that are being read now."""
        if not self.running:
            return []
        begun = self.collector.started_at
        return [
            part
            for part in self.parts
            if part.started_at
            and part.started_at >= begun
            and not part.ended_at
        ]

    @property
    def worker_is_there(self) -> bool:
        return bool(self.worker) and _age(self.worker.seen_at) < WORKER_AWAY


def of(region: str, parts: Sequence[str]) -> Freshness:
    """The freshness of the named parts of a region, in three queries."""
    states = {
        state.name: state
        for state in models.PartState.objects.filter(
            region=region, name__in=parts
        )
    }
    for name, state in states.items():
        state.label = parts_.LABELS[name]
    collectors = {row.region: row for row in models.Collector.objects.all()}
    return Freshness(
        region=region,
        parts=tuple(states[name] for name in parts if name in states),
        missing=tuple(name for name in parts if name not in states),
        collector=collectors.pop(region, None),
        worker=models.Worker.objects.order_by('-seen_at').first(),
        other_regions=tuple(sorted(collectors)),
        stale_after=datetime.timedelta(seconds=conf.current().STALE_AFTER_S),
    )


def only(fresh: Freshness, names: Sequence[str]) -> Freshness:
    """The same of some of its parts."""
    return dataclasses.replace(
        fresh,
        parts=tuple(part for part in fresh.parts if part.name in names),
        missing=tuple(name for name in fresh.missing if name in names),
    )


def request_refresh(region: str, full: bool = False) -> None:
    """Asks the worker to read the region now; asking twice asks once.

    :param full: everything, not the changes alone
    """
    models.Collector.objects.get_or_create(region=region)
    now = timezone.now()
    rows = models.Collector.objects.filter(region=region)
    if full:
        rows.update(requested_full=True)
    if not rows.filter(requested_at__gt=now - UNHEARD).exists():
        rows.update(requested_at=now)


def _together(parts, words):
    found = {}
    for part in parts:
        found.setdefault(words(part), []).append(part)
    return list(found.values())


def _age(time):
    return timezone.now() - time
