"""The demo's Horizon once more: on a port and with a database of its own.

It runs the code of this checkout, and signs in at the demo's Keystone.
"""

from collections.abc import Iterator
import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import sysconfig
import time

import requests

from tests.e2e import site

#: As the demo has it.
GUNICORN = (
    '--worker-class=gthread',
    '--threads=4',
    '--timeout=300',
    '--no-control-socket',
)
_PATIENCE_S = 180


class Horizon:
    """A place that does not run yet.

    :param database: a URL, as ``rey-dashboard setup`` takes it
    :param folder: an empty one, for the logs
    :param sessions: a folder that several may share, so that who signed in
        to one of them is signed in to all
    """

    def __init__(
        self,
        demo: site.Site,
        database: str,
        folder: pathlib.Path,
        sessions: pathlib.Path | None = None,
    ):
        self.demo = demo
        self.folder = folder
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith('OS_')
        } | {
            'DJANGO_SETTINGS_MODULE': 'tests.load.settings',
            'PYTHONPATH': str(site.ROOT),
            'REY_LOAD_DATABASE': database,
            'REY_LOAD_DRIVERS': sysconfig.get_path('purelib'),
            'REY_LOAD_SESSIONS': str(sessions or folder / 'sessions'),
        }
        self.port = _free_port()
        self._pid = None
        self.url = f'http://127.0.0.1:{self.port}'

    def manage(self, *words: str) -> str:
        """Runs Django's command line; returns what it says."""
        return self._run('python', '-m', 'django', *words)

    def python(self, module: str, *words: str) -> str:
        return self._run('python', '-m', module, *words)

    def worker_environment(self) -> dict[str, str]:
        """That of a process that signs in as the service user."""
        clouds = str(self.demo.clouds_yaml)
        return self.environment | {'OS_CLIENT_CONFIG_FILE': clouds}

    def program(self, name: str) -> str:
        return str(self.demo.home / 'horizon-venv' / 'bin' / name)

    def busy(self) -> float:
        """Seconds of a processor that the web server has taken so far.

        They tell what a page costs on a machine that has other work, too.
        """
        told = pathlib.Path('/proc').glob('[0-9]*/stat')
        parents = {}
        for path in told:
            with contextlib.suppress(OSError):
                words = path.read_text().rpartition(') ')[2].split()
                parents[path.parent] = int(words[1])
        workers = [p for p, parent in parents.items() if parent == self._pid]
        return (
            sum(
                int(path.read_text().split()[0])
                for worker in workers
                for path in worker.glob('task/*/schedstat')
            )
            / 1e9
        )

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Serves while the context lasts."""
        with (self.folder / 'web.log').open('ab') as log:
            process = subprocess.Popen(
                [
                    self.program('gunicorn'),
                    *GUNICORN,
                    f'--bind=127.0.0.1:{self.port}',
                    f'--access-logfile={self.folder}/access.log',
                    'tests.load.wsgi:application',
                ],
                cwd=site.ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self._pid = process.pid
        try:
            self._wait(process)
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)

    def sign_in(self, user: str, domain: str) -> requests.Session:
        return site.browser(self.url, user, domain)

    def _run(self, program, *words):
        done = subprocess.run(
            [self.program(program), *words],
            cwd=site.ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f'{words}: {done.stdout}{done.stderr}')
        return done.stdout

    def _wait(self, process):
        end = time.monotonic() + _PATIENCE_S
        while True:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f'{self.url}/auth/login/', timeout=_PATIENCE_S)
                return
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError((self.folder / 'web.log').read_text())
            time.sleep(0.2)


def _free_port():
    with socket.socket() as asked:
        asked.bind(('127.0.0.1', 0))
        return asked.getsockname()[1]
