"""What is known of backups that are to be restored, and what forbids it."""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime

from django.utils.translation import gettext as _t

from rey_dashboard.inventory import models

#: Cinder restores from no other (cinder 29, ``backup/api.py``).
READY = 'available'


@dataclasses.dataclass(frozen=True)
class Source:
    """A backup; ``volume`` is what it was made of, none when that is gone."""

    backup: models.Backup
    chain: models.BackupChain | None = None
    volume: models.Volume | None = None
    project: models.Project | None = None

    @property
    def name(self) -> str:
        """Of a volume that is made of it."""
        if self.volume:
            return self.volume.name
        return self.backup.name or f'restored-{self.backup.id}'

    @property
    def data_at(self) -> datetime.datetime:
        """The time that its data are of."""
        return self.backup.data_timestamp or self.backup.created_at

    @property
    def back_end(self) -> str:
        return self.volume.host.partition('#')[0] if self.volume else ''

    @property
    def ill(self) -> str:
        """Why nothing can be restored from it; nothing when it can."""
        if self.chain and self.chain.problem:
            return _t('Nothing can be restored from it: %s.') % (
                self.chain.get_problem_display()
            )
        if self.backup.status == 'restoring':
            return _t('It is being restored now: Cinder does one at a time.')
        if self.backup.status != READY:
            words = _t('The backup is %s.') % self.backup.status
            return f'{words} {self.backup.fail_reason}'.strip()
        return ''

    @property
    def homeless(self) -> str:
        """Why nobody would own what is restored; nothing when one would."""
        if self.project is None or self.project.gone_at:
            return _t('Its project is gone: nobody could own the volume.')
        return ''


class Types:
    """The volume types that the region has."""

    def __init__(self, region: str):
        rows = models.VolumeType.objects.filter(region=region)
        self.names = set(rows.values_list('name', flat=True))

    def of(self, source: Source, asked: str) -> str:
        """The one that is asked for, or the volume's own while it is there.

        Nothing stands for Cinder's default, which it tells nobody.
        """
        return asked or (source.volume.type if source.volume else '')

    def refuses(self, name: str) -> str:
        if not name or name in self.names:
            return ''
        return _t('The volume type %s is gone: choose another.') % name


def read(region: str, ids: Iterable[str]) -> Mapping[str, Source]:
    """By the backup's id; those that are gone are left out."""
    backups = _by(models.Backup, region, 'id', ids)
    chains = _by(models.BackupChain, region, 'backup_id', backups)
    volumes = _by(
        models.Volume,
        region,
        'id',
        {row.volume_id for row in backups.values()},
    )
    projects = _by(
        models.Project,
        region,
        'id',
        {row.project_id for row in backups.values()},
    )
    return {
        id_: Source(
            row,
            chains.get(id_),
            volumes.get(row.volume_id),
            projects.get(row.project_id),
        )
        for id_, row in backups.items()
    }


def _by(model, region, key, ids):
    rows = model.objects.filter(region=region, **{f'{key}__in': list(ids)})
    return {getattr(row, key): row for row in rows}
