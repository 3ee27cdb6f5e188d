"""Tasks on backups in the simulated cloud: what their tests share."""

from rey_dashboard import worker
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import paper_tasks
from tests.paper_tasks import REY

REGION = 'RegionOne'
#: What plans rest on, and what pages of backups show.
PARTS = (
    parts.IDENTITY,
    parts.VOLUMES,
    parts.SNAPSHOTS,
    parts.BACKUPS,
    parts.VOLUME_QUOTAS,
    parts.VOLUME_SERVICES,
)


def prepare(cloud, tmp_path, monkeypatch, **told):
    """A project with a volume, backed up in full; kinds as told by name."""
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(kinds, 'installed', lambda: told)
    monkeypatch.setattr(sync, 'ORDER', (PARTS, (parts.READY,)))
    monkeypatch.setattr(sync, 'ORDER_OF_CHANGES', (PARTS, (parts.READY,)))
    cloud.clouds_yaml(tmp_path / 'clouds.yaml')
    cloud.add_type('fast')
    cloud.add_type('slow')
    cloud.project = cloud.add_project('webshop')
    cloud.volume = cloud.add_volume(
        cloud.project,
        2,
        name='orders',
        volume_type='fast',
        content='as it was',
        metadata={'owner': 'shop'},
    )
    cloud.backup = cloud.add_backup(cloud.volume, name='nightly')
    cloud.change('volumes', cloud.volume, content='as it is')
    worker.collect_once(full=True)


def plan(kind, form='form', **parameters):
    return planning.plan(kind, REGION, parameters, kind, form, REY)


def work(engine, task, patience_s=60):
    """Until all is at rest; its step if it has one alone."""
    orders.start(task, REY)
    paper_tasks.work_until_it_rests(engine, patience_s)
    task.refresh_from_db()
    return task.steps.first()


def undone(engine, task):
    undo = planning.plan_undo(task, 'Undo', f'undo-{task.pk}', REY)
    work(engine, undo)
    return undo


def posts(calls, *paths):
    """Of these paths, or of all but signing in."""
    return [
        path
        for _service, method, path, _query in calls
        if method == 'POST'
        and (not paths or path in paths)
        and 'tokens' not in path
    ]


def rows(cloud, kind, project_id=''):
    """Those that are there, of all projects or of one."""
    return [
        row
        for row in cloud.tables[kind]
        if not row.get('deleted') and project_id in ('', row.project_id)
    ]


STATES = models.Task.State
STEPS = models.Step.State
