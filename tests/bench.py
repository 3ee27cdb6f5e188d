"""Measures pages and the sync on the bulk cloud: ``make bench``.

All in one run, since only ratios mean something on a machine with other work:
each page beside an almost empty page of Horizon, the sync beside the bare time
of fetching the same listings.
"""

from concurrent import futures
import datetime
import json
import os
import re
import statistics
import sys
import time

import requests

from tests.e2e import bare
from tests.e2e import expected
from tests.e2e import site

ROUNDS = 7
#: The page of Horizon that does least: one form, and nothing asked for it.
EMPTY = '/settings/password/'
PROJECTS = '/rey/projects/'
BACKUPS = '/rey/backups/'
PAGES = {
    'Horizon: almost empty page': EMPTY,
    'Projects: first page': PROJECTS,
    'Projects: last page': f'{PROJECTS}?page=9999',
    'Projects: sorted by servers': f'{PROJECTS}?sort=-servers',
    'Projects: sorted by ports': f'{PROJECTS}?sort=-ports',
    'Projects: sorted by vCPU hours': f'{PROJECTS}?sort=-vcpu_hours',
    'Projects: filtered by name': f'{PROJECTS}?q=bulk-05',
    'Projects: over 90 %': f'{PROJECTS}?over=90',
    'Projects: over 10 % of ports': f'{PROJECTS}?over=10&quota=ports',
    'Projects: export CSV': f'{PROJECTS}?format=csv',
    'Projects: export JSON': f'{PROJECTS}?format=json',
    'Domains': f'{PROJECTS}domains/',
    'Users': f'{PROJECTS}users/',
    'Quotas': f'{PROJECTS}quotas/',
    'Quotas: all, export CSV': f'{PROJECTS}quotas/?every=1&format=csv',
    'Backups: projects': BACKUPS,
    'Backups: under 50 %': f'{BACKUPS}?under=50',
    'Backups: volumes': f'{BACKUPS}volumes/',
    'Backups: volumes, last page': f'{BACKUPS}volumes/?page=9999',
    'Backups: all': f'{BACKUPS}all/',
    'Backups: all with a problem': f'{BACKUPS}all/?problem=any',
    'Backups: service level': f'{BACKUPS}levels/',
    'Backups: service level of domains': f'{BACKUPS}levels/?by=domain',
    'A project': f'{PROJECTS}PROJECT/',
    'A project: backups': f'{PROJECTS}PROJECT/backups/',
    'A project: people': f'{PROJECTS}PROJECT/people/',
    'A project: hours': f'{PROJECTS}PROJECT/hours/',
    'A project: history': f'{PROJECTS}PROJECT/history/',
    'Horizon: Identity > Projects': '/identity/',
    'Horizon: Admin > Overview': '/admin/',
}
#: Horizon's own slow pages need no more than this many rounds.
FEW = 3


def main():
    demo = site.Site.of_the_demo()
    # In order with what the demo says, also into a file.
    sys.stdout.reconfigure(line_buffering=True)
    demo.start()
    demo.fill_in_bulk()
    cloud = bare.Cloud(demo.clouds_yaml)
    with demo.without_worker():
        first = measure_sync(demo, hours_again=30)
        # From now on only the running day's hours are read.
        sync = measure_sync(demo)
        fetched = measure_bare(cloud)
        changes = measure_sync(demo, changes=True)
        print_sync(first, sync, fetched, changes)
        print_pages(*measure_pages(demo))


def measure_sync(demo, **options):
    """Seconds, rows and peak memory of one collection."""
    begin = time.perf_counter()
    told = demo.collect(**options)
    parts = told['parts']
    return {
        'seconds': time.perf_counter() - begin,
        'rows': sum(part['rows'] for part in parts),
        'memory_mib': told['peak_memory_mib'],
    }


def measure_bare(cloud):
    """The same listings by plain calls, as many at a time, kept nowhere."""
    begin = time.perf_counter()
    cloud.domains()
    ids = [row['id'] for row in cloud.projects()]
    with futures.ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(cloud.each, cloud.compute_quota, ids),
            pool.submit(cloud.each, cloud.volume_quota, ids),
            pool.submit(cloud.servers),
            pool.submit(cloud.volumes),
            pool.submit(bare_network, cloud),
            pool.submit(bare_people, cloud),
            pool.submit(cloud.snapshots),
            pool.submit(cloud.backups),
            pool.submit(bare_hosts, cloud),
            pool.submit(cloud.pools),
            pool.submit(bare_hours, cloud),
        ]
        for job in jobs:
            job.result()
    return time.perf_counter() - begin


def bare_network(cloud):
    cloud.network_limits()
    for kind in expected.LISTINGS.values():
        cloud.listed(kind)


def bare_people(cloud):
    cloud.users()
    cloud.roles()
    holders = {
        row['group']['id'] for row in cloud.assignments() if 'group' in row
    }
    groups = [row['id'] for row in cloud.groups()]
    cloud.each(cloud.members, [key for key in groups if key in holders])


def bare_hosts(cloud):
    cloud.hosts()
    ids = [row['uuid'] for row in cloud.providers()]
    cloud.each(cloud.inventories, ids)
    cloud.each(cloud.usages, ids)


def bare_hours(cloud):
    """Of the running day, and who made what was deleted meanwhile."""
    today = datetime.datetime.now(datetime.UTC).date()
    start = f'{today}T00:00:00'
    tomorrow = today + datetime.timedelta(days=1)
    cloud.usage(start, f'{tomorrow}T00:00:00', detailed=1)
    cloud.deleted_since(f'{start}Z')


def measure_pages(demo):
    """Seconds of each page by round, and how many rows it tells of."""
    browser = signed_in(demo)
    pages = with_project(demo, browser)
    times = {name: [] for name in pages}
    shown = {}
    for turn in range(ROUNDS + 1):
        for name, address in pages.items():
            slow = name.startswith('Horizon') and address != EMPTY
            if slow and turn > FEW:
                continue
            begin = time.perf_counter()
            answer = browser.get(demo.url + address, timeout=120)
            took = time.perf_counter() - begin
            answer.raise_for_status()
            shown[name] = count_rows(address, answer.text)
            if turn:  # the first is for warming up
                times[name].append(took)
    return times, shown


def with_project(demo, browser):
    """The pages with the id of the project that has most servers."""
    answer = browser.get(f'{demo.url}{PROJECTS}?format=json', timeout=120)
    busiest = max(
        answer.json()['rows'], key=lambda row: row['servers_used'] or 0
    )
    return {
        name: address.replace('PROJECT', busiest['project_id'])
        for name, address in PAGES.items()
    }


def signed_in(demo):
    browser = requests.Session()
    browser.trust_env = False
    login = f'{demo.url}/auth/login/'
    browser.get(login, timeout=120)
    answer = browser.post(
        login,
        data={
            'username': 'admin',
            'password': 'demo',
            'domain': 'Default',
            'region': 'default',
            'csrfmiddlewaretoken': browser.cookies['csrftoken'],
        },
        headers={'Referer': login},
        timeout=120,
    )
    answer.raise_for_status()
    return browser


def count_rows(address, text):
    """How many rows a page or a file tells of, as a person would count."""
    if 'format=csv' in address:
        return text.count('\n') - 1
    if 'format=json' in address:
        return len(json.loads(text)['rows'])
    if address == EMPTY:
        return None
    total = re.search(r'of ([\d,]+)\s*</span>', text)
    if total:
        return int(total.group(1).replace(',', ''))
    return len(re.findall(r'<tr[^>]*data-object-id', text))


def print_sync(first, sync, fetched, changes):
    print(f'\nSync of {sync["rows"]:,} rows')
    print(f'  the first, of 30 days {first["seconds"]:8.1f} s')
    print(f'  collect               {sync["seconds"]:8.1f} s')
    print(f'  the same calls, bare  {fetched:8.1f} s')
    print(f'  changes alone         {changes["seconds"]:8.1f} s')
    print(f'  peak memory           {sync["memory_mib"]:8} MiB')
    tell_ratio('everything over bare', sync['seconds'] / fetched, 1.5)
    tell_ratio('changes over all', changes['seconds'] / sync['seconds'], 0.1)


def tell_ratio(name, ratio, most):
    """A line with what is demanded, and whether it is so."""
    verdict = 'met' if ratio <= most else 'NOT MET'
    print(f'  {name:<21} {ratio:8.2f} (at most {most}: {verdict})')


def print_pages(times, shown):
    empty = statistics.median(times['Horizon: almost empty page'])
    print(f'\n{"page":<30} {"median":>8} {"over empty":>11} {"rows":>9}')
    for name, taken in times.items():
        median = statistics.median(taken)
        count = '' if shown[name] is None else f'{shown[name]:,}'
        over = f'{(median - empty) * 1000:+.0f} ms'
        print(f'{name:<30} {median:6.3f} s {over:>11} {count:>9}')


if __name__ == '__main__':
    os.environ.setdefault('no_proxy', '127.0.0.1')
    main()
