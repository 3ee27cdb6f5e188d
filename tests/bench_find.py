"""How long looking something up takes: ``python -m tests.bench_find``.

The page around it is measured with the others. With 10,000 projects, 100,000
servers and as many volumes; the argument ``mariadb`` or ``postgresql`` takes
one of these in SQLite's place.
"""

import contextlib
import os
import pathlib
import statistics
import sys
import tempfile
import time

import django
from django.conf import settings
from django.core import management

from rey_dashboard.setup import database
from tests import databases

PROJECTS = 10_000
ROUNDS = 5
TERMS = {
    'in nearly all names': '-s',
    'in a tenth of the names': 'blue',
    'in an eighth of the names': 'shop',
    'an address': '10.1.2.3',
    'an id': '',
    'absent': 'zzzz-nothing',
}


def main(kind='sqlite'):
    with _url(kind) as url:
        chosen = database.parse_url(url)
        if chosen.mysql:
            database.find_mysqldb()
        settings.DATABASES = {
            'default': {**chosen.settings, 'PASSWORD': chosen.password}
        }
        django.setup()
        management.call_command('migrate', 'rey_dashboard', verbosity=0)
        _measure()


@contextlib.contextmanager
def _url(kind):
    if kind == 'sqlite':
        with tempfile.TemporaryDirectory() as folder:
            yield f'sqlite:///{pathlib.Path(folder)}/rey.sqlite3'
        return
    with databases.running(kind) as server:
        server.add('rey', 'rey', 'secret')
        yield server.url('rey', 'rey', 'secret')


def _measure():
    # They need what django.setup has made.
    from rey_dashboard.inventory import directory
    from rey_dashboard.inventory import directory_kinds
    from rey_dashboard.inventory import looking_up
    from rey_dashboard.inventory import models
    from tests.load import company
    from tests.load import fill
    from tests.load import rows_identity
    from tests.load import rows_owned

    whole = company.Company(PROJECTS)
    for rows in (rows_identity, rows_owned):
        for told in rows.of(whole):
            fill.write(*told)
    for what in ('The first directory', 'One with nothing new'):
        begin = time.perf_counter()
        directory.record(company.REGION)
        print(f'{what:<30}{time.perf_counter() - begin:7.1f} s', flush=True)
    server = models.Server.objects.first()
    kinds = [kind.name for kind in directory_kinds.ALL]
    few = frozenset(company.key('domain', number) for number in range(3))
    for domains in (None, few):
        print('Of some domains:' if domains else 'Of the whole cloud:')
        for name, term in TERMS.items():
            terms = looking_up.terms(term or server.id)
            _tell(
                name,
                lambda terms=terms, domains=domains: _first(
                    looking_up.look_up(company.REGION, terms, kinds, domains)
                ),
            )


def _first(found):
    for hits in found.values():
        hits[:5]
    return sum(map(len, found.values()))


def _tell(name, look):
    times = []
    for _turn in range(ROUNDS):
        begin = time.perf_counter()
        found = look()
        times.append(time.perf_counter() - begin)
    took_ms = statistics.median(times) * 1000
    print(f'  {name:<28}{took_ms:7.0f} ms {found:>10,} hits', flush=True)


if __name__ == '__main__':
    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'tests.settings')
    main(*sys.argv[1:])
