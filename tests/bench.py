"""Measures the sync, quotas, pages and many people: ``make bench``.

All in one run, since only ratios mean something on a machine with other work:
the sync of the bulk cloud beside the bare time of fetching the same listings,
tasks that set quotas and back volumes up beside the same calls,
each page beside an almost empty page of Horizon, people beside the same people
while nothing is written.
"""

from concurrent import futures
import datetime
import os
import sys
import time

from tests import bench_backups
from tests import bench_pages
from tests import bench_quotas
from tests.e2e import bare
from tests.e2e import expected
from tests.e2e import site


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
        bench_quotas.main(demo, cloud)
    bench_backups.main(demo, cloud)
    with demo.without_worker():
        bench_pages.main(demo)


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


if __name__ == '__main__':
    os.environ.setdefault('no_proxy', '127.0.0.1')
    main()
