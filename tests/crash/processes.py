"""Processes of a deployment: its database, its cloud, and no test's patches.

Each is forked from one that has loaded Django and did nothing else yet, so
that starting one, and killing it, costs little.
"""

from collections.abc import Callable
import contextlib
import dataclasses
import multiprocessing
import os
import signal
import time
import traceback

import django
from django import apps
from django import db

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'tests.settings')
if not apps.apps.ready:
    django.setup()

from rey_dashboard.inventory import databases
from rey_dashboard.setup import database

PATIENCE_S = 120
IDLE_S = 2
_CONTEXT = multiprocessing.get_context('forkserver')
_CONTEXT.set_forkserver_preload([__name__, 'rey_dashboard.worker'])


class Failed(Exception):
    """What was done raised; ``kind`` is the name of its exception."""

    def __init__(self, kind, words, trace):
        super().__init__(f'{words}\n{trace}')
        self.kind = kind
        self.words = words


@dataclasses.dataclass(frozen=True)
class Deployment:
    """``url`` is the database's, as ``rey-dashboard setup`` takes it."""

    url: str
    clouds_yaml: str = ''
    started: list['Process'] = dataclasses.field(default_factory=list)

    @property
    def vendor(self) -> str:
        return self.url.partition(':')[0]

    def end(self) -> None:
        """Kills what still runs, or stands still."""
        for process in self.started:
            process.kill()

    def start(self, do: Callable, *args, **kwargs) -> 'Process':
        """Calls a function of a module in a process of its own."""
        process = Process(self, do, args, kwargs)
        self.started.append(process)
        return process

    def run(self, do: Callable, *args, **kwargs):
        """What it returns.

        :raises Failed: it raised something
        """
        return self.start(do, *args, **kwargs).result()


def wait_for(there: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not there():
        assert time.monotonic() < end, 'it does not come'
        time.sleep(0.05)


class Process:
    def __init__(self, deployment, do, args, kwargs):
        self._answers, theirs = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(
            target=_main,
            args=(theirs, deployment.url, deployment.clouds_yaml),
            kwargs={'do': do, 'args': args, 'kwargs': kwargs},
            daemon=True,
        )
        self._process.start()
        theirs.close()

    def stand_still(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        # It may have ended.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, number)

    @property
    def has_ended(self) -> bool:
        return self._answers.poll(0)

    @property
    def pid(self) -> int:
        return self._process.pid

    def died(self) -> bool:
        """Whether it ended without an answer."""
        self._process.join(PATIENCE_S)
        return bool(self._process.exitcode)

    def kill(self) -> bool:
        """With -9; whether it still ran."""
        self._process.kill()
        self._process.join(PATIENCE_S)
        return bool(self._process.exitcode)

    def result(self, patience_s: float = PATIENCE_S):
        """:raises Failed: it raised something"""
        assert self._answers.poll(patience_s), 'it stands still'
        went_well, answer = self._answers.recv()
        self._process.join(PATIENCE_S)
        if not went_well:
            raise Failed(*answer)
        return answer


def use(url: str) -> None:
    """Makes it the database of this process."""
    found = database.parse_url(url)
    database.find_mysqldb()
    default = {**found.settings, 'PASSWORD': found.password}
    db.connections.settings = db.connections.configure_settings(
        {'default': default}
    )
    # Loading Django made one, though it is not connected.
    del db.connections[db.DEFAULT_DB_ALIAS]


def _main(answers, url, clouds_yaml, do, args, kwargs):
    use(url)
    # As the real commands do, but that they wait for longer.
    databases.IDLE_S = IDLE_S
    databases.limit_waits()
    os.environ['OS_CLIENT_CONFIG_FILE'] = clouds_yaml
    try:
        answer = True, do(*args, **kwargs)
    except Exception as error:  # whatever it is, the test is told
        words = type(error).__name__, str(error), traceback.format_exc()
        answer = False, words
    answers.send(answer)
    db.connections.close_all()
