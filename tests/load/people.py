"""Twenty people who reload pages while somebody writes."""

from collections.abc import Iterator
from concurrent import futures
import contextlib
import dataclasses
import json
import os
import subprocess
import sys

import requests

from tests.e2e import site
from tests.load import horizon

PEOPLE = 20
#: In a log of the web server or the writer; a request line ends with its
#: status and size.
_ILL = ('database is locked', 'Traceback', 'ERROR', '" 50')


@dataclasses.dataclass(frozen=True)
class Load:
    """What all of them got together; times are in seconds."""

    requests: int
    failures: int
    per_second: float
    median: float
    p95: float
    slowest: str
    told: tuple[str, ...]


def signed_in(place: horizon.Horizon) -> list[dict]:
    """The cookies of each, who signed in once."""
    with futures.ThreadPoolExecutor(4) as pool:
        browsers = pool.map(
            lambda _: place.sign_in('admin', 'Default'), range(PEOPLE)
        )
        return [browser.cookies.get_dict() for browser in browsers]


def browser(cookies: dict) -> requests.Session:
    """One of them, for a look at a page."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.update(cookies)
    return session


def reload_pages(
    place: horizon.Horizon,
    cookies: list[dict],
    pages: dict[str, str],
    seconds: int,
) -> Load:
    """All of them at once, with hardly a pause, for so long."""
    told = place.folder / 'people.json'
    told.write_text(json.dumps({'people': cookies, 'pages': pages}))
    done = subprocess.run(
        [
            sys.executable,
            '-m',
            'locust',
            f'--locustfile={site.ROOT}/tests/load/locustfile.py',
            '--headless',
            '--json',
            '--skip-log',
            f'--users={PEOPLE}',
            f'--spawn-rate={PEOPLE}',
            f'--run-time={seconds}s',
            f'--host={place.url}',
        ],
        env={**os.environ, 'REY_LOAD_PEOPLE': str(told)},
        capture_output=True,
        text=True,
        check=False,
    )
    # Locust ends with 1 when a request failed.
    if done.returncode > 1 or not done.stdout:
        raise AssertionError(done.stderr)
    return _load(json.loads(done.stdout), seconds, done.stderr)


@contextlib.contextmanager
def writing(place: horizon.Horizon) -> Iterator[None]:
    """A process that rewrites the tables, as collections do, all the time."""
    with (place.folder / 'writer.log').open('ab') as log:
        writer = subprocess.Popen(
            [place.program('python'), '-m', 'tests.load.writer'],
            cwd=site.ROOT,
            env=place.environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield
        assert writer.poll() is None, 'the writer ended before its time'
    finally:
        writer.terminate()
        writer.wait(120)


def written(place: horizon.Horizon) -> int:
    """How many tables the writer wrote to their end."""
    return (place.folder / 'writer.log').read_text().count('wrote ')


def complaints(place: horizon.Horizon) -> list[str]:
    """What in the logs of the web server and the writer is ill."""
    return [
        line
        for name in ('web.log', 'access.log', 'writer.log')
        if (place.folder / name).exists()
        for line in (place.folder / name).read_text().splitlines()
        if any(words in line for words in _ILL)
    ]


def _load(stats, seconds, log):
    times = {}
    for row in stats:
        for took, count in row['response_times'].items():
            times[float(took)] = times.get(float(took), 0) + count
    requests = sum(row['num_requests'] for row in stats)
    slowest = max(stats, key=lambda row: row['max_response_time'])
    return Load(
        requests=requests,
        failures=sum(row['num_failures'] for row in stats),
        per_second=requests / seconds,
        median=_quantile(times, 0.5) / 1000,
        p95=_quantile(times, 0.95) / 1000,
        slowest=(
            f'{slowest["name"]}: {slowest["max_response_time"] / 1000:.1f} s'
        ),
        told=tuple(line for line in log.splitlines() if 'rror' in line),
    )


def _quantile(times, share):
    left = share * sum(times.values())
    for took in sorted(times):
        left -= times[took]
        if left <= 0:
            return took
    return 0.0
