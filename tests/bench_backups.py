"""Backups of many small volumes by a task, beside the same backups, bare.

Both make full ones, as many at a time on the one back end that backs up; the
plain calls make them in one project, whose quota they lift for that long.
"""

from concurrent import futures
import contextlib
import time
from urllib import parse
import uuid

from tests import bench_quotas
from tests.e2e import bare
from tests.e2e import site

PARALLEL = 4
#: Volumes that are backed up, none larger than this.
VOLUMES, MOST_GIB = 20, 5
LOOK_AGAIN_S = 1
PAGE = '/rey/backups/back-up/'
KIND = 'block-storage'


def main(demo: site.Site, cloud: bare.Cloud) -> None:
    browser = site.browser(demo.url, 'admin')
    there = {row['id'] for row in cloud.backups()}
    ids = _small(demo.url, browser)
    try:
        address = _plan(demo.url, browser, ids)
        done, seconds = _measured(demo.url, browser, address)
        with _unlimited(cloud):
            try:
                plain = _bare(cloud, ids)
            finally:
                _delete_but(cloud, there)
    finally:
        _delete_but(cloud, there)
    rate, bare_rate = done / seconds, len(ids) / plain
    print(f'\nBackups of {done} volumes of {MOST_GIB} GiB at most')
    print(f'  a task                {60 * rate:8.1f} a minute')
    print(f'  the same, bare        {60 * bare_rate:8.1f} a minute')
    print(f'  task over bare        {rate / bare_rate:8.2f}')


def _small(url, browser) -> list[str]:
    """Volumes of which the demo makes good backups."""
    address = '/rey/backups/volumes/?state=protected&format=json'
    rows = browser.get(url + address, timeout=300).json()['rows']
    found = [row['volume_id'] for row in rows if row['size_gib'] <= MOST_GIB]
    return found[:VOLUMES]


def _plan(url, browser, ids):
    """The path of its page."""
    chosen = parse.urlencode({'chosen': 1, 'id': ids}, doseq=True)
    address = f'{PAGE}?{chosen}'
    browser.get(url + address, timeout=300).raise_for_status()
    fields = {
        'method': 'full',
        'full_every': 7,
        'at_once': PARALLEL,
        'expected': len(ids),
        'token': str(uuid.uuid4()),
    }
    return bench_quotas.post(url, browser, address, fields)


def _measured(url, browser, address):
    """(backups, seconds) of the task, on which the demo's worker works."""
    bench_quotas.post(url, browser, f'{address}start/', {})
    while True:
        task = bench_quotas.told(url, browser, address)
        if task['ended_at']:
            break
        time.sleep(LOOK_AGAIN_S)
    return task['done'], bench_quotas.took(task)


def _delete_but(cloud, there):
    """Waits for it: a quota cannot be set below what is used."""
    while True:
        left = [row for row in cloud.backups() if row['id'] not in there]
        if not left:
            return
        for row in left:
            if row['status'] in ('available', 'error'):
                cloud.attempt('DELETE', f'/backups/{row["id"]}', KIND)
        time.sleep(LOOK_AGAIN_S)


@contextlib.contextmanager
def _unlimited(cloud):
    """Where the plain calls sign in, one takes as many as one likes."""
    (project,) = (row for row in cloud.projects() if row['name'] == 'admin')
    path = f'/os-quota-sets/{project["id"]}'
    before = cloud.ask(KIND, path)['quota_set']
    names = 'backups', 'backup_gigabytes'

    def limit(told):
        cloud.write('PUT', path, KIND, {'quota_set': told})

    limit(dict.fromkeys(names, -1))
    try:
        yield cloud
    finally:
        limit({name: before[name] for name in names})


def _bare(cloud, ids) -> float:
    """Seconds of the plain calls."""
    begin = time.perf_counter()
    with futures.ThreadPoolExecutor(PARALLEL) as pool:
        made = list(pool.map(lambda one: _back_up(cloud, one), ids))
    assert set(made) == {'available'}, made
    return time.perf_counter() - begin


def _back_up(cloud, volume_id) -> str:
    asked = {'volume_id': volume_id, 'force': True, 'incremental': False}
    told = cloud.write('POST', '/backups', KIND, {'backup': asked})['backup']
    while True:
        row = cloud.ask(KIND, f'/backups/{told["id"]}')['backup']
        if row['status'] != 'creating':
            return row['status']
        time.sleep(LOOK_AGAIN_S)


if __name__ == '__main__':
    running = site.Site.of_the_demo()
    main(running, bare.Cloud(running.clouds_yaml))
