"""The demo's Horizon: where it is, and what a person does there."""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
_PATIENCE_S = 180
# The demo's own book of its processes.
sys.path.insert(0, str(ROOT / 'demo'))

from democloud import dashboard_places  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Site:
    url: str
    home: pathlib.Path

    @classmethod
    def of_the_demo(cls):
        home = os.environ.get('DEMO_HOME') or ROOT / '.demo'
        port = os.environ.get('DEMO_PORT') or 8000
        return cls(f'http://127.0.0.1:{port}', pathlib.Path(home).resolve())

    @property
    def clouds_yaml(self) -> pathlib.Path:
        return self.home / 'clouds.yaml'

    def start(self) -> None:
        """Starts what of the demo does not run."""
        _python('demo', 'up')

    def stop(self) -> None:
        _python('demo', 'down')

    def runs(self) -> bool:
        """Whether its web server does; a test may keep the worker down."""
        return bool(dashboard_places.running().alive('web'))

    def worker_pid(self) -> int | None:
        return dashboard_places.running().alive('worker')

    @contextlib.contextmanager
    def without_worker(self):
        """Nobody else reads the cloud meanwhile."""
        pid = self.worker_pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
        while self.worker_pid():
            time.sleep(0.5)
        try:
            yield
        finally:
            self.start()

    def fill_in_bulk(self) -> None:
        """Adds 1,200 projects with their servers and volumes, once."""
        _python('cloud', 'bulk')

    def work(self) -> None:
        """Works on tasks until none is due, as a worker would."""
        done = self.command('work')
        assert done.returncode == 0, done.stderr

    def command(self, *words):
        command = self.home / 'horizon-venv' / 'bin' / 'rey-dashboard'
        env = {**os.environ, 'OS_CLIENT_CONFIG_FILE': str(self.clouds_yaml)}
        env.pop('DJANGO_SETTINGS_MODULE', None)
        return subprocess.run(
            [str(command), *words], env=env, capture_output=True, text=True
        )

    def collect(
        self,
        patience_s: int = 1500,
        hours_again: int = 0,
        changes: bool = False,
    ) -> dict:
        """Reads all of the cloud anew; waits while the worker is at it.

        :param changes: only what changed since
        :param hours_again: days that are over and still to be read again;
            the bulk's servers ran before they were put in
        """
        options = [] if changes else ['--full']
        if hours_again:
            options += ['--hours-again', str(hours_again)]
        end = time.monotonic() + patience_s
        while True:
            done = self.command('collect', '--json', *options)
            if done.returncode == 0:
                return json.loads(done.stdout)
            held = 'is collecting' in done.stderr
            assert held and time.monotonic() < end, done.stderr + done.stdout
            time.sleep(2)


def browser(url: str, user: str, domain: str = 'Default') -> requests.Session:
    """Signed in without a real browser, with the demo's password."""
    made = requests.Session()
    made.trust_env = False
    login = f'{url}/auth/login/'
    made.get(login, timeout=_PATIENCE_S)
    answer = made.post(
        login,
        data={
            'username': user,
            'password': 'demo',
            'domain': domain,
            'region': 'default',
            'csrfmiddlewaretoken': made.cookies['csrftoken'],
        },
        headers={'Referer': login},
        timeout=_PATIENCE_S,
    )
    answer.raise_for_status()
    assert '/auth/login' not in answer.url, f'{user} was not let in'
    return made


def _python(script, verb):
    command = [sys.executable, str(ROOT / 'demo' / script), verb]
    subprocess.run(command, check=True)


def sign_in(page, user, domain='Default'):
    """Through Horizon's sign-in page, as a person does."""
    page.goto('/auth/login/')
    field = page.locator('[name=domain]')
    if field.evaluate('field => field.tagName') == 'SELECT':
        field.select_option(domain, force=True)
    else:
        field.fill(domain)
    page.fill('[name=username]', user)
    page.fill('[name=password]', 'demo')
    page.click('#loginBtn')
    page.wait_for_url(lambda url: '/auth/login' not in url)


def plan_quotas(page, project='webshop'):
    """Plans a task as a person does; the path of its page, which is open."""
    page.goto(f'/rey/projects/set-quotas/?q={project}')
    page.select_option('[name="how:compute.cores"]', 'add')
    page.fill('[name="value:compute.cores"]', '1')
    page.get_by_role('button', name='Preview for').click()
    page.locator('#rey-progress').wait_for()
    return page.url.removeprefix(Site.of_the_demo().url)


def finding(page, **wanted):
    """The worst one that no project owns, with its ``address``.

    The worker lets the checks look after each collection: it is waited for.

    :param wanted: what else its row in the export has
    """
    wanted = {'project_id': '', **wanted}
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        for row in export(page, '/rey/today/findings/')['rows']:
            if wanted.items() <= row.items():
                address = f'/rey/today/findings/{row["finding_id"]}/'
                return {**row, 'address': address}
        time.sleep(2)
    raise AssertionError(f'no finding has {wanted}')


def table(page, address):
    """Each row over all pages: its first link, and its cells by title."""
    rows = []
    page.goto(address)
    while True:
        titles = page.locator('.rey-table th').all_inner_texts()
        titles = [title.strip() for title in titles]
        rows += [
            (link, dict(zip(titles, cells, strict=True)))
            for link, cells in page.eval_on_selector_all(
                '.rey-table tbody tr:not(:has(.rey-empty))',
                """rows => rows.map(row => [
                    row.querySelector('a')?.getAttribute('href') ?? '',
                    Array.from(row.cells).map(
                        cell => cell.innerText.replace(/\\s+/g, ' ').trim())
                ])""",
            )
        ]
        following = page.locator('.rey-pager a[rel=next]')
        if not following.count():
            return rows
        page.goto(address.partition('?')[0] + following.get_attribute('href'))


def export(page, address):
    """A JSON export, asked for with the window's session."""
    mark = '&' if '?' in address else '?'
    answer = page.request.get(f'{address}{mark}format=json', timeout=120_000)
    assert answer.ok, answer.status
    return answer.json()
