"""A simulated cloud whose volumes are backed up, and a worker's engine."""

from collections.abc import Iterator
import contextlib
import itertools

from django.utils import timezone

from rey_dashboard import conf
from rey_dashboard import worker
from rey_dashboard.backups import owners
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.tasks import engine as engines
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import paper_tasks
from tests import simcloud
from tests.paper_tasks import REY

REGION = 'RegionOne'
#: Of the inventory, in the order in which they are read.
PARTS = (
    (parts.IDENTITY,),
    (parts.VOLUME_QUOTAS, parts.VOLUMES),
    (parts.SNAPSHOTS, parts.BACKUPS, parts.VOLUME_SERVICES),
    (parts.READY,),
)
_forms = itertools.count()


class Site:
    """What a test does.

    :ivar cloud: the simulated one
    """

    def __init__(self, cloud):
        self.cloud = cloud
        self.settings = conf.current()
        self.engine = self.new_engine()

    def new_engine(self) -> engines.Engine:
        return engines.Engine(REGION, self.settings)

    def collect(self) -> None:
        worker.collect_once(full=True)

    def plan(self, kind: str, **parameters) -> models.Task:
        form = f'form-{next(_forms)}'
        return planning.plan(kind, REGION, parameters, kind, form, REY)

    def run(self, task: models.Task, ticks: int = 300) -> models.Task:
        """To its end."""
        if task.state == models.Task.State.PLANNED:
            orders.start(task, REY)
        paper_tasks.work_until_it_rests(self.engine, ticks)
        task.refresh_from_db()
        return task

    def do(self, kind: str, **parameters) -> models.Task:
        return self.run(self.plan(kind, **parameters))

    def start(self, task: models.Task) -> None:
        orders.start(task, REY)

    def retry(self, task: models.Task) -> None:
        orders.retry(task, REY)

    def passing(
        self, task: models.Task, seconds: float, turns: int = 300
    ) -> Iterator[None]:
        """Turns of the worker until the task has ended.

        So much of the cloud's time goes by after each, and no wait of ours.
        """
        for _ in range(turns):
            models.Step.objects.exclude(not_before=None).update(
                not_before=None
            )
            models.Task.objects.exclude(due_at=None).update(
                due_at=timezone.now()
            )
            self.engine.tick()
            yield
            self.cloud.clock.advance(seconds)
            task.refresh_from_db()
            if task.ended_at:
                return
        raise AssertionError(f'{task} has not ended.')

    def pass_time(self, task: models.Task, seconds: float) -> None:
        for _ in self.passing(task, seconds):
            pass

    def plan_undo(self, task: models.Task) -> models.Task:
        form = f'undo-{next(_forms)}'
        return planning.plan_undo(task, 'Undo', form, REY)

    def undo(self, task: models.Task) -> models.Task:
        return self.run(self.plan_undo(task))

    def backups(self, volume_id: str) -> list:
        """The cloud's rows, the first first."""
        rows = self.cloud.tables['backups']
        found = [row for row in rows if row['volume_id'] == volume_id]
        return sorted(found, key=lambda row: (row.created, row.id))

    def covered(self, volume_id: str) -> inventory.VolumeCoverage:
        return inventory.VolumeCoverage.objects.get(volume_id=volume_id)


@contextlib.contextmanager
def running(tmp_path, monkeypatch, told: dict) -> Iterator[Site]:
    """:param told: the kinds that are installed, by name"""
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(kinds, 'installed', lambda: told)
    monkeypatch.setattr(owners, 'LOOK_S', 0)
    monkeypatch.setattr(sync, 'ORDER', PARTS)
    monkeypatch.setattr(sync, 'ORDER_OF_CHANGES', PARTS)
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        site = Site(cloud)
        yield site
        site.engine.close()
