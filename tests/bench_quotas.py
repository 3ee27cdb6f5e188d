"""Quotas of 1,200 projects in three services, beside the same PUTs, bare.

Tasks set them to one limit after the other, and so do the plain calls, as many
at a time. Meanwhile somebody looks at the task's page.
"""

from concurrent import futures
import contextlib
import dataclasses
import datetime
import itertools
import re
import statistics
import threading
import time
import uuid

import requests

from tests.e2e import bare
from tests.e2e import site

#: Share of the bare calls' throughput that is demanded of a task.
LEAST = 0.8
#: Calls to one service at a time: the dashboard's default.
PARALLEL = 4
WANTED = 'compute.cores', 'volume.volumes', 'network.port'
#: Limits above all use, one after the other: each is new to all projects.
TASKS = 50_000, 50_001
BARE = 50_002, 50_003
PAGE = '/rey/projects/set-quotas/'


def main(demo: site.Site, cloud: bare.Cloud) -> None:
    browser = site.browser(demo.url, 'admin')
    ids = [row['id'] for row in cloud.projects() if row['enabled']]
    before = {call: call.limits(cloud, ids) for call in CALLS}
    planned, tasks, looks = [], [], []
    try:
        for limit in TASKS:
            begin = time.perf_counter()
            address = _plan(demo.url, browser, limit)
            planned.append(time.perf_counter() - begin)
            # Planning asks the worker for it; meanwhile one reads the preview.
            demo.collect(changes=True)
            tasks.append(_measured(demo, browser, address, looks))
        # Not in between: a task leaves alone what somebody else has changed.
        with _looking(demo.url, browser, address, []):
            plain = [_bare(cloud, dict.fromkeys(ids, limit)) for limit in BARE]
    finally:
        for call, limits in before.items():
            call.restore(cloud, limits)
    print_quotas(max(planned), tasks, plain, looks)


def print_quotas(planned_s, tasks, plain, looks):
    """:param looks: seconds and share done, as the page told it"""
    rate, bare_rate = (
        sum(number for number, _seconds in runs)
        / sum(seconds for _number, seconds in runs)
        for runs in (tasks, plain)
    )
    ratio = rate / bare_rate
    pages = statistics.median(seconds for seconds, _done in looks)
    print(f'\nQuotas: tasks of {tasks[0][0]:,} steps in three services')
    print(f'  planned in            {planned_s:8.1f} s')
    print(f'  a task                {rate:8.1f} steps/s')
    print(f'  the same PUTs, bare   {bare_rate:8.1f} a second')
    print(
        f'  task over bare        {ratio:8.2f} (at least {LEAST}: '
        f'{"met" if ratio >= LEAST else "NOT MET"})'
    )
    print(f'  its page meanwhile    {pages:8.2f} s, the median')
    still = max(_still(looks), default=0)
    print(f'  the bar stood still   {still:8.1f} s at most')


def _still(looks):
    """Seconds for which the bar did not move, each time."""
    groups = itertools.groupby(looks, key=lambda look: look[1])
    for _done, group in groups:
        yield sum(seconds + 1 for seconds, _share in group)


def _plan(url, browser, limit):
    """The path of its page."""
    page = browser.get(url + PAGE, timeout=300)
    page.raise_for_status()
    expected = re.search(r'name="expected" value="(\d+)"', page.text)[1]
    fields = {'token': str(uuid.uuid4()), 'expected': expected}
    for key in WANTED:
        fields |= {f'how:{key}': 'set', f'value:{key}': str(limit)}
    return post(url, browser, PAGE, fields)


def post(url, browser, address, fields):
    """The path of the page that it leads to."""
    answer = browser.post(
        url + address,
        {**fields, 'csrfmiddlewaretoken': browser.cookies['csrftoken']},
        headers={'Referer': url + address},
        timeout=300,
    )
    answer.raise_for_status()
    found = re.search(r'/rey/tasks/\d+/', answer.url)
    assert found, f'{address} led to {answer.url}'
    return found[0]


def _measured(demo, browser, address, looks):
    """(steps, seconds) of the task; adds what its page told meanwhile."""
    post(demo.url, browser, f'{address}start/', {})
    with _looking(demo.url, browser, address, looks):
        demo.work()
    task = told(demo.url, browser, address)
    done, seconds = task['done'], took(task)
    print(
        f'{address}: {done:,} done in {seconds:.0f} s, {task["failed"]} failed'
    )
    return done, seconds


def told(url, browser, address) -> dict:
    """What the export of tasks says of the one with this page."""
    answer = browser.get(f'{url}/rey/tasks/?format=json', timeout=300)
    number = int(address.strip('/').rpartition('/')[2])
    (task,) = (
        row for row in answer.json()['rows'] if row['task_id'] == number
    )
    return task


def took(task) -> float:
    """Seconds, without the time that a program takes to start."""
    begin, end = (
        datetime.datetime.fromisoformat(task[name])
        for name in ('started_at', 'ended_at')
    )
    return (end - begin).total_seconds()


@contextlib.contextmanager
def _looking(url, browser, address, looks):
    """Somebody has the task's page open."""
    stop = threading.Event()
    looker = threading.Thread(
        target=_look, args=(url, browser, address, looks, stop)
    )
    looker.start()
    try:
        yield
    finally:
        stop.set()
        looker.join()


def _look(url, browser, address, looks, stop):
    while not stop.wait(2):
        begin = time.perf_counter()
        page = browser.get(url + address, timeout=300)
        looks.append((time.perf_counter() - begin, _told(page.text)))


def _told(page):
    done, failed = re.search(r'([\d,]+) done, ([\d,]+) failed', page).groups()
    return int(done.replace(',', '')), int(failed.replace(',', ''))


def _bare(cloud, limit_of):
    """(calls, seconds) of the plain calls."""
    begin = time.perf_counter()
    with contextlib.ExitStack() as stack:
        jobs = []
        for call in CALLS:
            pool = futures.ThreadPoolExecutor(PARALLEL)
            stack.enter_context(pool)
            jobs += [
                pool.submit(call.put, cloud, *pair)
                for pair in limit_of.items()
            ]
        for job in jobs:
            job.result().raise_for_status()
    return len(jobs), time.perf_counter() - begin


@dataclasses.dataclass(frozen=True)
class Call:
    """What one service is asked, without a line of the dashboard's code."""

    kind: str
    path: str
    key: str
    resource: str

    def limits(self, cloud: bare.Cloud, ids: list[str]) -> dict[str, int]:
        def ask(project_id):
            told = cloud.ask(self.kind, self.path.format(project_id))
            return told[self.key][self.resource]

        return cloud.each(ask, ids)

    def put(
        self, cloud: bare.Cloud, project_id: str, limit: int
    ) -> requests.Response:
        body = {self.key: {self.resource: limit}}
        path = self.path.format(project_id)
        return cloud.attempt('PUT', path, self.kind, body)

    def restore(self, cloud: bare.Cloud, limits: dict[str, int]) -> None:
        """Those that were below the use stay: no service takes them back."""
        with futures.ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda pair: self.put(cloud, *pair), limits.items()))


CALLS = (
    Call('compute', '/os-quota-sets/{}', 'quota_set', 'cores'),
    Call('block-storage', '/os-quota-sets/{}', 'quota_set', 'volumes'),
    Call('network', '/v2.0/quotas/{}', 'quota', 'port'),
)
