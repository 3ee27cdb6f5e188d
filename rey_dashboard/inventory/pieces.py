"""The volumes of a region with their backups, a few thousand at a time.

So all of a large cloud is never in memory together. A piece is a range of
volume ids, in the order of the database, and holds all backups of each.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from django.db.models import Count
from django.db.models import QuerySet

from rey_dashboard.inventory import chains
from rey_dashboard.inventory import judging
from rey_dashboard.inventory import models
from rey_dashboard.inventory import store

#: Tables whose rows a piece holds, and their column of volume ids.
_TABLES = (
    (models.Volume, 'id'),
    (models.Backup, 'volume_id'),
    (models.VolumeCoverage, 'volume_id'),
)


@dataclasses.dataclass(frozen=True)
class Piece:
    """Volume ids after one and up to another; None is the first or last."""

    region: str
    after: str | None
    up_to: str | None

    def rows(self, model, key: str = 'volume_id') -> QuerySet:
        found = model.objects.filter(region=self.region)
        if self.after is not None:
            found = found.filter(**{f'{key}__gt': self.after})
        if self.up_to is not None:
            found = found.filter(**{f'{key}__lte': self.up_to})
        return found

    def volumes(self) -> Iterator[dict]:
        """What they are judged by, with their ``back_end``."""
        rows = self.rows(models.Volume, 'id').values(
            'id',
            'name',
            'project_id',
            'size_gib',
            'type',
            'host',
            'status',
            'metadata',
            'created_at',
        )
        for row in rows.iterator():
            row['back_end'] = _back_end(row.pop('host'))
            yield row

    def links(self) -> Mapping[str, Sequence[chains.Link]]:
        """The backups of each volume, linked; also of those that are gone."""
        by_volume = {}
        rows = self.rows(models.Backup).values_list(
            'volume_id',
            'id',
            'project_id',
            'status',
            'is_incremental',
            'has_dependent_backups',
            'size_gib',
            'fail_reason',
            'created_at',
            'data_timestamp',
        )
        for volume_id, *told, created_at, data_at in rows.iterator():
            link = chains.Link(*told, created_at, data_at or created_at)
            by_volume.setdefault(volume_id, []).append(link)
        return {key: chains.linked(found) for key, found in by_volume.items()}

    def snapshots(self) -> Mapping[str, int]:
        """How many each volume has, if any."""
        rows = self.rows(models.Snapshot).order_by()
        return dict(rows.values_list('volume_id').annotate(Count('id')))

    def promised(self) -> Mapping[str, int]:
        """Hours, of those for which a policy of backups promises a target."""
        rows = self.rows(models.PolicyTarget)
        return dict(rows.values_list('volume_id', 'hours'))


@dataclasses.dataclass(frozen=True)
class Chosen(Piece):
    """These volume ids alone, wherever they are."""

    ids: Sequence[str]

    def rows(self, model, key: str = 'volume_id') -> QuerySet:
        return model.objects.filter(
            region=self.region, **{f'{key}__in': self.ids}
        )


def of(region: str) -> Iterator[Piece]:
    after = None
    while (up_to := _end(region, after)) is not None:
        yield Piece(region, after, up_to)
        after = up_to
    yield Piece(region, after, None)


def _end(region, after):
    """The first id that so many rows of a table reach; None for the rest."""
    rest = Piece(region, after, None)
    ends = []
    for model, key in _TABLES:
        ids = rest.rows(model, key).order_by(key).values_list(key, flat=True)
        ends += ids[store.PIECE - 1 : store.PIECE]
    return min(ends, default=None)


def pace(region_pieces: Sequence[Piece]) -> judging.Pace:
    """How long backups took, by those of which it is known."""
    learned = judging.Pace()
    for piece in region_pieces:
        hosts = dict(piece.rows(models.Volume, 'id').values_list('id', 'host'))
        done = piece.rows(models.Backup).filter(
            took__isnull=False, size_gib__gt=0
        )
        for volume_id, size_gib, took in done.values_list(
            'volume_id', 'size_gib', 'took'
        ).iterator():
            if volume_id in hosts:
                pace_s = took.total_seconds() / size_gib
                learned.learn(_back_end(hosts[volume_id]), pace_s)
    return learned


def _back_end(host):
    # host@backend#pool
    return host.partition('#')[0]
