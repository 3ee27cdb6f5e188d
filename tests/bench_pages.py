"""Every page with much data, beside an almost empty page of Horizon.

The tables are filled directly: a Horizon of its own for each number of
projects, each with 10 servers and 10 volumes. In one of them twenty people
reload pages, alone and while a process writes.
"""

import dataclasses
import json
import pathlib
import re
import statistics
import tempfile
import time

import requests

from tests.e2e import site
from tests.load import horizon
from tests.load import people

SIZES = 1_200, 10_000, 50_000
#: With so many projects a page may take so much longer than the empty one.
DEMANDED, MOST_MS = 10_000, 150
PEOPLE_S = 60
ROUNDS = 7
#: The page of Horizon that does least: one form, and nothing asked for it.
EMPTY = '/settings/password/'
EMPTY_NAME = 'Horizon: almost empty page'
PROJECTS = '/rey/projects/'
BACKUPS = '/rey/backups/'
FIND = '/rey/find/'
PAGES = {
    EMPTY_NAME: EMPTY,
    'Projects: first page': PROJECTS,
    'Projects: last page': f'{PROJECTS}?page=99999',
    'Projects: sorted by servers': f'{PROJECTS}?sort=-servers',
    'Projects: sorted by ports': f'{PROJECTS}?sort=-ports',
    'Projects: sorted by fullest quota': f'{PROJECTS}?sort=-fullest',
    'Projects: sorted by vCPU hours': f'{PROJECTS}?sort=-vcpu_hours',
    'Projects: sorted by trend': f'{PROJECTS}?sort=-trend',
    'Projects: sorted by backup': f'{PROJECTS}?sort=backup',
    'Projects: sorted by domain': f'{PROJECTS}?sort=domain',
    'Projects: sorted by contact': f'{PROJECTS}?sort=contact',
    'Projects: filtered by name': f'{PROJECTS}?q=lab',
    'Projects: over 90 %': f'{PROJECTS}?over=90',
    'Projects: over 10 % of ports': f'{PROJECTS}?over=10&quota=ports',
    'Projects: in error': f'{PROJECTS}?in_error=1',
    'Projects: backups at risk': f'{PROJECTS}?backups=at_risk',
    'Projects: hours of last month': f'{PROJECTS}?period=last-month',
    'Domains': f'{PROJECTS}domains/',
    'Domains: sorted by vCPU hours': f'{PROJECTS}domains/?sort=-vcpu_hours',
    'Users': f'{PROJECTS}users/',
    'Users: sorted by name': f'{PROJECTS}users/?sort=user',
    'Users: filtered by name': f'{PROJECTS}users/?q=ci',
    'Quotas': f'{PROJECTS}quotas/',
    'Quotas: last page': f'{PROJECTS}quotas/?page=99999',
    'Quotas: all': f'{PROJECTS}quotas/?every=1',
    'Quotas: filtered by name': f'{PROJECTS}quotas/?q=lab',
    'Backups: projects': BACKUPS,
    'Backups: projects by name': f'{BACKUPS}?sort=project',
    'Backups: under 50 %': f'{BACKUPS}?under=50',
    'Backups: volumes': f'{BACKUPS}volumes/',
    'Backups: volumes, last page': f'{BACKUPS}volumes/?page=99999',
    'Backups: volumes by name': f'{BACKUPS}volumes/?sort=name',
    'Backups: volumes, filtered': f'{BACKUPS}volumes/?q=lab&state=at_risk',
    'Backups: all': f'{BACKUPS}all/',
    'Backups: all, by volume': f'{BACKUPS}all/?sort=volume',
    'Backups: all by time taken': f'{BACKUPS}all/?sort=-took',
    'Backups: all with a problem': f'{BACKUPS}all/?problem=any',
    'Backups: service level': f'{BACKUPS}levels/',
    'Backups: service level of domains': f'{BACKUPS}levels/?by=domain',
    'Backups: policies': f'{BACKUPS}policies/',
    'Backups: a policy': f'{BACKUPS}policies/1/',
    'Backups: a policy, its volumes': f'{BACKUPS}policies/1/volumes/',
    'Backups: pruning': f'{BACKUPS}pruning/',
    'Backups: pruning by one policy': f'{BACKUPS}pruning/?policy=1',
    'Backups: pruning by hand': (
        f'{BACKUPS}pruning/?policy=by_hand&keep_last=1'
    ),
    'Backups: holds': f'{BACKUPS}holds/',
    'Backups: holds, filtered': f'{BACKUPS}holds/?q=lab',
    'Backups: back up what is at risk': (
        f'{BACKUPS}back-up/?q=lab&state=at_risk'
    ),
    'A project': f'{PROJECTS}PROJECT/',
    'A project: volumes': f'{PROJECTS}PROJECT/volumes/',
    'A project: snapshots': f'{PROJECTS}PROJECT/snapshots/',
    'A project: backups': f'{PROJECTS}PROJECT/backups/',
    'A project: floating IPs': f'{PROJECTS}PROJECT/floating-ips/',
    'A project: people': f'{PROJECTS}PROJECT/people/',
    'A project: hours': f'{PROJECTS}PROJECT/hours/',
    'A project: history': f'{PROJECTS}PROJECT/history/',
    'Find: nothing': f'{FIND}?q=no-such-thing',
    'Find: an id': f'{FIND}?q=PROJECT',
    'Find: an address': f'{FIND}?q=10.0.1.2',
    'Find: in an eighth of the names': f'{FIND}?q=shop',
    'Find: in nearly all names': f'{FIND}?q=-s',
    'Find: last page of servers': f'{FIND}?q=shop&kind=server&page=99999',
    'Data': '/rey/data/',
    'Today': '/rey/today/',
    'Findings': '/rey/today/findings/',
    'Findings: filtered': '/rey/today/findings/?q=lab',
    'Checks': '/rey/today/checks/',
}
#: They stream, row by row.
EXPORTS = {
    'Projects: CSV': f'{PROJECTS}?format=csv',
    'Projects: JSON': f'{PROJECTS}?format=json',
    'Quotas: CSV': f'{PROJECTS}quotas/?every=1&format=csv',
    'Backups, volumes: CSV': f'{BACKUPS}volumes/?format=csv',
    'Backups, all: JSON': f'{BACKUPS}all/?format=json',
}


def main(demo: site.Site) -> None:
    figures = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            place = _filled(demo, pathlib.Path(folder), size)
            with place.running():
                browser = place.sign_in('admin', 'Default')
                figures[size] = measure(place, browser)
                exports = measure_exports(place, browser)
                if size == DEMANDED:
                    loads = measure_people(place)
    print_pages(figures)
    print_exports(exports)
    print_people(loads)


def _filled(demo, folder, size):
    place = horizon.Horizon(demo, f'sqlite:///{folder}/rey.sqlite3', folder)
    begin = time.perf_counter()
    place.manage('migrate', 'rey_dashboard')
    place.python('tests.load.fill', str(size))
    took = time.perf_counter() - begin
    print(f'Filled the tables of {size:,} projects in {took:.0f} s.')
    return place


@dataclasses.dataclass(frozen=True)
class Figure:
    """One page: seconds, and how much longer than the almost empty page.

    :param busy_over: the same of the processor's time alone
    """

    seconds: float
    over: float
    busy_over: float
    rows: int | None


def measure(
    place: horizon.Horizon,
    browser: requests.Session,
    pages: dict[str, str] = PAGES,
) -> dict[str, Figure]:
    """The median of all rounds of each page."""
    pages = with_project(place.url, browser, pages)
    times = {name: [] for name in (EMPTY_NAME, *pages)}
    rows = {}
    for turn in range(ROUNDS + 1):
        for number, (name, address) in enumerate(pages.items()):
            if number % 8 == 0:
                times[EMPTY_NAME].append(_timed(place, EMPTY, browser)[:2])
            *took, text = _timed(place, address, browser)
            rows[name] = count_rows(address, text)
            if turn:  # the first is for warming up
                times[name].append(took)
    medians = {
        name: [statistics.median(kind) for kind in zip(*took, strict=True)]
        for name, took in times.items()
    }
    empty, empty_busy = medians[EMPTY_NAME]
    return {
        name: Figure(took, took - empty, busy - empty_busy, rows.get(name))
        for name, (took, busy) in medians.items()
    }


def measure_exports(
    place: horizon.Horizon, browser: requests.Session
) -> dict[str, tuple[int, float]]:
    """Rows and seconds of each, once."""
    found = {}
    for name, address in EXPORTS.items():
        took, _busy, text = _timed(place, address, browser)
        found[name] = count_rows(address, text), took
    return found


def measure_people(place: horizon.Horizon) -> dict[str, people.Load]:
    cookies = people.signed_in(place)
    pages = with_project(place.url, people.browser(cookies[0]), PAGES)
    alone = people.reload_pages(place, cookies, pages, PEOPLE_S)
    with people.writing(place):
        beside = people.reload_pages(place, cookies, pages, PEOPLE_S)
    return {'alone': alone, 'while a process writes': beside}


def print_pages(figures: dict[int, dict[str, Figure]]) -> None:
    """Milliseconds over the empty page, and what is demanded."""
    heads = ''.join(f'{f"{size:,}":>10}' for size in figures)
    print(f'\n{"Milliseconds over the empty page":<36}{heads}')
    for name in PAGES:
        if name != EMPTY_NAME:
            cells = (
                f'{row[name].over * 1000:+10.0f}' for row in figures.values()
            )
            print(f'{name:<36}{"".join(cells)}')
    worst, over = max(
        ((name, row.over * 1000) for name, row in figures[DEMANDED].items()),
        key=lambda pair: pair[1],
    )
    verdict = 'met' if over <= MOST_MS else 'NOT MET'
    print(
        f'The slowest with {DEMANDED:,} projects: {worst}, {over:+.0f} ms '
        f'(at most {MOST_MS}: {verdict})'
    )


def print_exports(exports: dict[str, tuple[int, float]]) -> None:
    print(f'\nExports of {SIZES[-1]:,} projects')
    for name, (rows, took) in exports.items():
        print(f'  {name:<24}{rows:>10,} rows {rows / took:>8,.0f} a second')


def print_people(loads: dict[str, people.Load]) -> None:
    print(f'\n{people.PEOPLE} people with {DEMANDED:,} projects')
    for name, load in loads.items():
        print(
            f'  {name:<24}{load.per_second:6.1f} pages/s, median '
            f'{load.median:.2f} s, 95 % {load.p95:.2f} s, '
            f'{load.failures} failed (at most 0: '
            f'{"NOT MET" if load.failures else "met"})'
        )


def _timed(place, address, browser):
    busy = place.busy()
    begin = time.perf_counter()
    answer = browser.get(place.url + address, timeout=600)
    took = time.perf_counter() - begin
    answer.raise_for_status()
    return took, place.busy() - busy, answer.text


def with_project(
    url: str, browser: requests.Session, pages: dict[str, str]
) -> dict[str, str]:
    """The pages with the id of the project that has most servers."""
    first = browser.get(f'{url}{PROJECTS}?sort=-servers', timeout=600)
    busiest = re.search(r'href="/rey/projects/(\w{32})/"', first.text)[1]
    return {
        name: address.replace('PROJECT', busiest)
        for name, address in pages.items()
    }


def count_rows(address: str, text: str) -> int | None:
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
