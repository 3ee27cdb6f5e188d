"""Tasks on records of backups: what their tests share."""

import contextlib
import io

from django.utils import timezone

from rey_dashboard import worker
from rey_dashboard.backups import record_files
from rey_dashboard.backups import record_kinds
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from tests import paper_records as paper
from tests import paper_tasks
from tests import simcloud
from tests.paper_tasks import REY

REGION = 'RegionOne'
EXPORT, IMPORT = '/rey/backups/export/', '/rey/backups/import/'
PASSPHRASE = 'four grey cats sleep'
HOSTILE = '<script>alert(1)</script> =cmd() 😀'
PARTS = (
    parts.IDENTITY,
    parts.VOLUMES,
    parts.BACKUPS,
    parts.VOLUME_QUOTAS,
    parts.RIGHTS,
    parts.PEOPLE,
)
KINDS = {
    'export_backups': record_kinds.ExportBackups(),
    'import_backups': record_kinds.ImportBackups(),
}


@contextlib.contextmanager
def running(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    monkeypatch.setattr(kinds, 'installed', lambda: KINDS)
    monkeypatch.setattr(sync, 'ORDER', (PARTS, (parts.READY,)))
    monkeypatch.setattr(sync, 'ORDER_OF_CHANGES', (PARTS, (parts.READY,)))
    monkeypatch.setattr(record_files.Lock, '__init__', paper.quick_lock)
    monkeypatch.setattr(record_kinds, 'LOOK_AGAIN_S', 0.01)
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        cloud.shop = cloud.add_project('shop')
        cloud.disk = cloud.add_volume(cloud.shop, 2, name='disk', content='1')
        cloud.full = cloud.add_backup(cloud.disk, name=HOSTILE)
        cloud.advance(60)
        cloud.change('volumes', cloud.disk, content='2')
        cloud.step = cloud.add_backup(
            cloud.disk, incremental=True, metadata={'rey_step': 'req-1'}
        )
        cloud.advance(60)
        worker.collect_once()
        envelopes.Teller().tell(REGION)
        yield cloud


def work(engine, task):
    orders.start(task, REY)
    paper_tasks.work_until_it_rests(engine)
    task.refresh_from_db()
    return task


def planned(answer):
    assert answer.status_code == 302, answer.context['form'].errors
    pk = answer.url.rstrip('/').rpartition('/')[2]
    return models.Task.objects.get(pk=pk)


def ask_export(browser, *ids, passphrase=PASSPHRASE, again=PASSPHRASE):
    address = f'{EXPORT}?chosen=1&' + '&'.join(f'id={one}' for one in ids)
    form = browser.get(address).context['form']
    return browser.post(
        address,
        {
            'token': form['token'].value(),
            'expected': form['expected'].value(),
            'passphrase': passphrase,
            'again': again,
        },
    )


def download(browser, task, passphrase=PASSPHRASE):
    address = f'{EXPORT}{task.pk}/'
    return browser.post(address, {'passphrase': passphrase})


def ask_import(browser, data, passphrase=PASSPHRASE, into='owners'):
    form = browser.get(IMPORT).context['form']
    file = io.BytesIO(data)
    file.name = 'records.json'
    return browser.post(
        IMPORT,
        {
            'token': form['token'].value(),
            'file': file,
            'passphrase': passphrase,
            'into': into,
        },
    )


def exported_file(browser, engine, *ids):
    task = work(engine, planned(ask_export(browser, *ids)))
    assert task.state == models.Task.State.SUCCEEDED
    return download(browser, task).content


def lose(cloud, *ids):
    for one in ids:
        cloud.forget_backup(one)
    worker.collect_once(full=True)
    assert not inventory.Backup.objects.filter(id__in=ids).exists()


def row(cloud, backup_id):
    return cloud.tables['backups'].get(backup_id)


def step(task, backup_id):
    return task.steps.get(target=backup_id)


def opened(data):
    return record_files.read(data, PASSPHRASE).records


def sealed(records):
    lock = record_files.Lock.new()
    keys = record_files.Keys(PASSPHRASE, lock)
    now = timezone.now()
    return record_files.write(records, REGION, now, lock, keys)


def columns(one):
    return paper.columns(one['url'])
