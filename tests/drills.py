"""Drills of backups in the simulated cloud: what their tests share."""

import contextlib

from rey_dashboard import worker
from rey_dashboard.backups import drill_kind
from rey_dashboard.backups import models as backup_models
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import staged
from tests import backup_tasks
from tests import simcloud
from tests.backup_tasks import plan

KIND = drill_kind.ProveBackups()


@contextlib.contextmanager
def running(tmp_path, monkeypatch):
    monkeypatch.setattr(staged, 'LOOK_S', 0)
    with simcloud.running() as cloud:
        backup_tasks.prepare(cloud, tmp_path, monkeypatch, prove_backups=KIND)
        cloud.scratch = cloud.add_project('scratch')
        yield cloud


def drill(cloud, *volumes, **parameters):
    told = {'project_id': cloud.scratch, **parameters}
    if 'backups' not in told:
        told['volumes'] = list(volumes) or [cloud.volume]
    return plan('prove_backups', **told)


def more_volumes(cloud, count, size=1):
    ids = []
    for _ in range(count):
        ids.append(cloud.add_volume(cloud.project, size, volume_type='fast'))
        cloud.add_backup(ids[-1])
    worker.collect_once(full=True)
    return ids


def proof():
    return backup_models.BackupProof.objects.get()


def proven():
    return inventory.ProvenVolume.objects.get()
