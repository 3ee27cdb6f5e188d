"""Which parts a collection reads, and whether in full or for changes alone."""

import dataclasses
import datetime

from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts

#: Parts that can be read for their changes alone, and the columns of which
#: the cloud tells no change: those are as of the last reading of everything.
UNTOLD: dict[str, tuple[str, ...]] = {
    parts.SERVERS: ('addresses', 'macs', 'zone'),
    parts.VOLUMES: ('metadata',),
    parts.SNAPSHOTS: (),
    parts.BACKUPS: (),
    parts.HOSTS: (),
    parts.MIGRATIONS: (),
    # Of a project that made, changed or deleted nothing that they count.
    parts.COMPUTE_QUOTAS: ('limit', 'reserved'),
    parts.VOLUME_QUOTAS: ('limit', 'reserved'),
}
#: Parts that are asked for in full only, cost much and change slowly: the
#: seconds between two readings.
EVERY_S = {
    parts.PEOPLE: 3600,
    parts.HOURS: 3600,
    parts.ADDRESSES: 1800,
    parts.RIGHTS: 3600,
}
#: Collections of changes that the quotas of all projects are spread over.
TURNS = 24


@dataclasses.dataclass(frozen=True)
class Turn:
    """What a collection asks of one part.

    :param since: only for changes since then; none for everything
    :param was_blind: as ``PartState.blind``
    """

    since: datetime.datetime | None = None
    was_blind: bool = False


def turns(
    region: str, settings: conf.Settings, everything: bool
) -> dict[str, Turn]:
    """The parts that a collection reads now."""
    now = timezone.now()
    states = {
        row.name: row for row in models.PartState.objects.filter(region=region)
    }
    found = {}
    for name in parts.LABELS:
        state = states.get(name)
        full_at = next_full_at(state, settings) if state else None
        if everything or full_at is None or full_at <= now:
            found[name] = Turn()
        elif name in UNTOLD:
            found[name] = Turn(state.watermark, state.blind)
    return found


def next_full_at(
    state: models.PartState, settings: conf.Settings
) -> datetime.datetime | None:
    """When everything of a part is to be read; none for each collection."""
    every_s = EVERY_S.get(state.name)
    if state.name in UNTOLD:
        every_s = settings.FULL_EVERY_S
    elif state.failing_since:
        return None
    if every_s is None or not state.full_at:
        return None
    return state.full_at + datetime.timedelta(seconds=every_s)


def slack(name: str) -> datetime.timedelta:
    """How much older than others a part may be, by its own rhythm."""
    return datetime.timedelta(seconds=EVERY_S.get(name, 0))
