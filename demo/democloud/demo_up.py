"""Brings the whole demo up: the cloud, what is in it, and Horizon."""

import os
import sys

from democloud import accounts
from democloud import dashboard
from democloud import dashboard_install
from democloud import dashboard_places
from democloud import dashboard_settings
from democloud import dashboard_static
from democloud import demo_commands
from democloud import demo_memory
from democloud import demo_target
from democloud import lifecycle
from democloud import places
from democloud import progress
from democloud import state


def up(cloud_name):
    """Make what is missing and start what does not run."""
    with demo_memory.locked():
        port = demo_memory.port()
        _check_ports(port, cloud_name)
        if not cloud_name:
            _forget_other_cloud()
        parts = Parts(cloud_name, port)
        if cloud_name:
            demo_commands.side_by_side(parts.horizon)
        else:
            demo_commands.side_by_side(parts.cloud, parts.horizon)
        if not cloud_name:
            demo_memory.remember(cloud_id=_cloud_id())
        demo_commands.side_by_side(parts.worker)
    progress.say('The demo is up.')
    tell(parts.target, port)
    return 0


class Parts:
    """Bringing up the cloud and bringing up Horizon, side by side."""

    def __init__(self, cloud_name, port):
        self._cloud_name = cloud_name
        self._port = port
        self.target = None

    def cloud(self):
        self._call_cloud('Bringing up the demo cloud', 'up')
        if not state.done('seed'):
            self._call_cloud('Filling the demo cloud', 'seed')

    def _call_cloud(self, what, verb):
        command = [sys.executable, places.DEMO / 'cloud', verb]
        env = {**os.environ, **progress.clock()}
        demo_commands.run_openly(what, command, env)

    def horizon(self):
        dashboard_install.ensure()
        if self._cloud_name:
            self.target = demo_target.foreign(self._cloud_name)
        else:
            self.target = demo_target.demo()
        settings = dashboard_settings.write(self.target, self._port)
        static = dashboard_static.ensure()
        version = dashboard.version(settings, static)
        running = dashboard_places.running()
        if (
            running.alive('web')
            and demo_memory.recall('version') == version
            and dashboard.answers(self._port)
        ):
            return
        running.stop_all()
        dashboard.migrate()
        dashboard.start_web(self._port)
        demo_memory.remember(
            version=version, port=self._port, foreign=self.target.foreign
        )

    def worker(self):
        database = str(dashboard_settings.database(self.target))
        collected = demo_memory.recall('collected') or []
        if database not in collected and self._collect():
            demo_memory.remember(collected=[*collected, database])
        dashboard.start_worker(self.target)
        dashboard.check_worker()

    def _collect(self):
        try:
            dashboard.collect(self.target)
        except progress.Trouble as trouble:
            if not self.target.foreign:
                raise
            # A cloud that answers in part: the pages show which part.
            print(trouble, file=sys.stderr)
            return False
        return True


def _check_ports(port, cloud_name):
    """Better now than after minutes of installing."""
    web = dashboard_places.running().alive('web')
    if not web or demo_memory.recall('port') != port:
        places.tell_taken('the dashboard', port, dashboard.taken(port))
    if cloud_name:
        return
    programs = state.programs()
    base = places.asked_port() or state.load().get('port')
    base = base or places.DEFAULT_PORT
    for name in lifecycle.SERVICES:
        if not programs.alive(name):
            places.tell_taken(
                name,
                base + places.OFFSETS[name],
                'End that program, or give the cloud other ports: '
                'make demo DEMO_CLOUD_PORT=%d' % (base + 1000),
            )


def _cloud_id():
    """Changes whenever the demo cloud was made anew."""
    return state.load().get('secrets', {}).get('rey', '')[:8]


def _forget_other_cloud():
    """Forget what was collected from a demo cloud that is no more."""
    if demo_memory.recall('cloud_id') in (None, _cloud_id()):
        return
    database = dashboard_settings.database(demo_target.demo())
    if database.exists():
        progress.say('The demo cloud is a new one: forgetting the old data')
        dashboard_places.running().stop_all()
        for path in database.parent.iterdir():
            path.unlink()
    collected = demo_memory.recall('collected') or []
    collected = [path for path in collected if path != str(database)]
    demo_memory.remember(collected=collected)


def tell(target, port):
    """Tell where it is, how to sign in and how to stop."""
    print()
    print('  %s' % dashboard_places.url(port))
    print()
    if target.foreign:
        print('  Sign in with an account of your cloud %r.' % target.name)
    else:
        print('  %-10s %-10s %-10s' % ('User', 'Domain', 'Password'))
        for user, domain, what in ACCOUNTS:
            words = (user, domain, accounts.PASSWORD, what)
            print('  %-10s %-10s %-10s %s' % words)
    print()
    print('  `make demo-stop` ends it; its data stays in %s.' % places.home())


ACCOUNTS = [
    ('admin', 'Default', 'administers the whole cloud'),
    ('manager', 'research', 'manages the domain research'),
    ('manager2', 'research', 'the same, by a group, and works in a project'),
    ('usage', 'Default', 'follows the usage of the whole cloud'),
    ('updater', 'Default', 'installs and updates'),
    ('helper', 'Default', 'sees all and changes nothing'),
    ('member', 'Default', 'is a plain member of the project demo'),
]
