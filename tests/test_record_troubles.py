"""Records whose import is hindered or cancelled, and exports that are gone."""

from django.db import connection
from django.test import utils
from django.utils import timezone
import pytest

from rey_dashboard import conf
from rey_dashboard import worker
from rey_dashboard.backups import record_entries
from rey_dashboard.backups import record_files
from rey_dashboard.backups import record_kinds
from rey_dashboard.backups import record_plans
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.tasks import engine as engines
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import gates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import planning
from tests import paper_records as paper
from tests import paper_tasks
from tests import simcloud
from tests.paper_tasks import REY

pytestmark = pytest.mark.django_db(transaction=True)
REGION = 'RegionOne'
PASSPHRASE = 'four grey cats sleep'
PARTS = (parts.IDENTITY, parts.VOLUMES, parts.BACKUPS, parts.VOLUME_QUOTAS)
KINDS = {
    record_kinds.EXPORT: record_kinds.ExportBackups(),
    record_kinds.IMPORT: record_kinds.ImportBackups(),
}
STATES, STEPS = models.Task.State, models.Step.State
PAGES = '/rey/backups/export/'


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(kinds, 'installed', lambda: KINDS)
    monkeypatch.setattr(sync, 'ORDER', (PARTS, (parts.READY,)))
    monkeypatch.setattr(record_files.Lock, '__init__', paper.quick_lock)
    # Else a turn would not end while something is waited for.
    monkeypatch.setattr(record_kinds, 'LOOK_AGAIN_S', 0.5)
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        disk = cloud.add_volume(cloud.add_project('shop'), 2)
        cloud.full = cloud.add_backup(disk)
        cloud.advance(60)
        cloud.step = cloud.add_backup(disk, incremental=True)
        worker.collect_once(full=True)
        envelopes.Teller().tell(REGION)
        yield cloud


@pytest.fixture
def engine(cloud):
    engine = engines.Engine(REGION, conf.current())
    yield engine
    engine.close()


def finish(engine, task):
    paper_tasks.work_until_it_rests(engine)
    task.refresh_from_db()


def order(*ids):
    lock = record_files.Lock.new()
    keys = record_files.Keys(PASSPHRASE, lock)
    parameters = {
        'backups': ids,
        'public_key': keys.public,
        'lock': lock.tell(),
    }
    form = '-'.join(ids)[:64]
    kind = record_kinds.EXPORT
    task = planning.plan(kind, REGION, parameters, 'Export', form, REY)
    orders.start(task, REY)
    return task, keys


def export(engine, *ids):
    task, keys = order(*ids)
    finish(engine, task)
    return task, keys


def download(admin, task):
    address = f'{PAGES}{task.pk}/'
    return admin.post(address, {'passphrase': PASSPHRASE})


@pytest.fixture
def task(cloud, engine):
    """An import of both, which Cinder has lost."""
    done, keys = export(engine, cloud.step)
    told = [
        keys.open_one(step.work['sealed'])
        for step in done.steps.order_by('number')
    ]
    for backup_id in (cloud.step, cloud.full):
        cloud.forget_backup(backup_id)
    worker.collect_once(full=True)
    sealer = envelopes.Sealer(REGION)
    entries = record_entries.read(told)
    return planning.plan(
        record_kinds.IMPORT,
        REGION,
        {'keys': sealer.keys},
        'Import',
        'import',
        REY,
        steps=record_plans.take_in(REGION, entries, sealer),
    )


def tick(engine, times=3):
    """Without waiting for what is to be looked at later."""
    for _ in range(times):
        engine.tick()
        now = timezone.now()
        models.Task.objects.exclude(due_at=None).update(due_at=now)
        models.Step.objects.update(not_before=None)


def told(task):
    return list(
        task.steps.order_by('number').values_list('target', 'state', 'error')
    )


def test_a_page_of_a_proxy_is_no_record_and_it_is_tried_again(
    cloud, engine, monkeypatch
):
    monkeypatch.setattr(gates, 'LONGEST_PAUSE_S', 0.05)
    path = f'/backups/{cloud.full}/export_record'
    fault = cloud.fault('block-storage', path, kind='html', times=1)
    task, _keys = order(cloud.full)
    engine.tick()
    assert fault.happened
    assert 'answers in its place' in task.steps.get().remedy
    finish(engine, task)
    assert told(task) == [(cloud.full, STEPS.DONE, '')]


def test_what_waits_for_what_it_builds_on_is_cancelled_with_its_task(
    cloud, engine, task
):
    order = cloud.cinder_backup.hangs(work='import')
    orders.start(task, REY)
    tick(engine)
    states = {target: state for target, state, _error in told(task)}
    assert states == {cloud.full: 'running', cloud.step: 'running'}
    orders.cancel(task, REY)
    tick(engine)
    order.clear()
    finish(engine, task)
    assert told(task) == [
        (cloud.full, 'done', ''),
        (cloud.step, 'cancelled', ''),
    ]
    assert cloud.tables['backups'].get(cloud.step) is None


def test_one_that_cinder_never_reads_does_not_keep_the_task_for_good(
    cloud, engine, task, monkeypatch
):
    monkeypatch.setattr(record_kinds, 'PATIENCE_S', 0.2)
    order = cloud.cinder_backup.hangs(work='import')
    orders.start(task, REY)
    finish(engine, task)
    (full, step) = told(task)
    assert full[1:] == (
        'failed',
        'Cinder took the record, and has not read it yet.',
    )
    assert step[1:] == (
        'failed',
        f'It builds on {cloud.full}, which is not there. It was not imported.',
    )
    order.clear()
    orders.retry(task, REY)
    finish(engine, task)
    assert task.state == STATES.SUCCEEDED, told(task)


def test_what_was_deleted_meanwhile_is_no_empty_file(cloud, admin, engine):
    task, _keys = export(engine, cloud.full)
    admin.post(f'{PAGES}{task.pk}/drop/')
    answer = download(admin, task)
    assert answer.status_code == 302
    assert 'file was downloaded' not in (
        admin.get(answer.url).content.decode()
    )


def test_what_a_retry_sealed_anew_can_be_downloaded_and_deleted(
    cloud, admin, engine
):
    cloud.fault(
        'block-storage', f'/backups/{cloud.step}/export', status=400, times=1
    )
    task, _keys = export(engine, cloud.step)
    assert task.state == STATES.PARTLY_FAILED
    admin.post(f'{PAGES}{task.pk}/drop/')
    orders.retry(task, REY)
    finish(engine, task)
    page = admin.get('/rey/backups/records/')
    assert 'can be downloaded' in page.content.decode()
    assert download(admin, task).get('Content-Disposition')
    admin.post(f'{PAGES}{task.pk}/drop/')
    assert not task.steps.exclude(work={}).exists()


def test_the_list_of_exports_asks_the_same_of_many_as_of_one(
    cloud, admin, engine
):
    export(engine, cloud.full)
    asked = []
    for ids in ((), (cloud.step,), (cloud.full, cloud.step)):
        if ids:
            export(engine, *ids)
        with utils.CaptureQueriesContext(connection) as queries:
            admin.get('/rey/backups/records/')
        asked.append(len(queries))
    assert asked[1] == asked[2]
