"""Measures pages and the sync on the bulk cloud: ``make bench``.

All in one run, since only ratios mean something on a machine with other work:
each page beside an almost empty page of Horizon, the sync beside the bare time
of fetching the same listings.
"""

from concurrent import futures
import json
import os
import re
import statistics
import sys
import time

import requests

from tests.e2e import bare
from tests.e2e import site

ROUNDS = 7
#: The page of Horizon that does least: one form, and nothing asked for it.
EMPTY = '/settings/password/'
PAGES = {
    'Horizon: almost empty page': EMPTY,
    'Projects: first page': '/rey/projects/',
    'Projects: last page': '/rey/projects/?page=9999',
    'Projects: sorted by servers': '/rey/projects/?sort=-servers',
    'Projects: filtered by name': '/rey/projects/?q=bulk-05',
    'Projects: export CSV': '/rey/projects/?format=csv',
    'Projects: export JSON': '/rey/projects/?format=json',
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
        sync = measure_sync(demo)
        fetched = measure_bare(cloud)
        print_sync(sync, fetched)
        print_pages(*measure_pages(demo))


def measure_sync(demo):
    """Seconds, calls and peak memory of one full collection."""
    begin = time.perf_counter()
    told = demo.collect()
    parts = told['parts']
    return {
        'seconds': time.perf_counter() - begin,
        'calls': sum(part['calls'] for part in parts),
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
        ]
        for job in jobs:
            job.result()
    return time.perf_counter() - begin


def measure_pages(demo):
    """Seconds of each page by round, and how many projects it shows."""
    browser = signed_in(demo)
    times = {name: [] for name in PAGES}
    shown = {}
    for turn in range(ROUNDS + 1):
        for name, address in PAGES.items():
            slow = name.startswith('Horizon') and address != EMPTY
            if slow and turn > FEW:
                continue
            begin = time.perf_counter()
            answer = browser.get(demo.url + address, timeout=120)
            took = time.perf_counter() - begin
            answer.raise_for_status()
            shown[name] = count_projects(address, answer.text)
            if turn:  # the first is for warming up
                times[name].append(took)
    return times, shown


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


def count_projects(address, text):
    """How many projects a page or a file holds, as a person would count."""
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


def print_sync(sync, fetched):
    print(f'\nSync of {sync["rows"]:,} rows')
    print(f'  collect               {sync["seconds"]:8.1f} s')
    print(f'  the same calls, bare  {fetched:8.1f} s')
    print(f'  ratio                 {sync["seconds"] / fetched:8.2f}')
    print(f'  calls                 {sync["calls"]:8,}')
    print(f'  peak memory           {sync["memory_mib"]:8} MiB')


def print_pages(times, shown):
    empty = statistics.median(times['Horizon: almost empty page'])
    print(f'\n{"page":<30} {"median":>8} {"over empty":>11} {"projects":>9}')
    for name, taken in times.items():
        median = statistics.median(taken)
        count = '' if shown[name] is None else f'{shown[name]:,}'
        over = f'{(median - empty) * 1000:+.0f} ms'
        print(f'{name:<30} {median:6.3f} s {over:>11} {count:>9}')


if __name__ == '__main__':
    os.environ.setdefault('no_proxy', '127.0.0.1')
    main()
