"""Bring the demo cloud up and down, and tell how it is."""

import os
import shutil

from democloud import accounts
from democloud import api
from democloud import basics
from democloud import install
from democloud import places
from democloud import progress
from democloud import settings
from democloud import state

# Keystone first: all others wait for it.
SERVICES = list(settings.FILES)
# The first start makes tables, on a busy machine too.
PATIENCE_SECONDS = 180


def install_only():
    """Make the Python environment, for those who do it beside other work."""
    with state.locked():
        if not install.ensure():
            print('Installed already: %s' % places.cloud_venv())
    return 0


def up():
    """Make what is missing and start what does not run."""
    with state.locked():
        programs = state.programs()
        running = [name for name in SERVICES if programs.alive(name)]
        _choose_port(running)
        if running == SERVICES and not _silent(SERVICES):
            print('The demo cloud is up already. `demo/cloud down` stops it.')
            return 0
        install.ensure()
        try:
            _start(programs, running)
        except BaseException:
            # Half a cloud is of no use; what was made stays for next time.
            # But what ran before goes on.
            if not running:
                programs.stop_all()
            raise
    progress.say('The demo cloud is up, Keystone at', state.url('keystone'))
    print('Its ways in: %s' % places.clouds_yaml())
    return 0


def _choose_port(running):
    """Write down the base of the ports, which cannot change while it runs."""
    memory = state.load()
    asked = places.asked_port()
    chosen = asked or memory.get('port') or places.DEFAULT_PORT
    if running and chosen != memory.get('port'):
        raise progress.Trouble(
            'The demo cloud runs on ports from %s.' % memory.get('port'),
            'Unset DEMO_CLOUD_PORT, or say `demo/cloud down` first.',
        )
    if chosen != memory.get('port'):
        state.save({**memory, 'port': chosen})


def _start(programs, running):
    missing = [name for name in SERVICES if name not in running]
    for name in missing:
        places.tell_taken(
            name,
            state.port(name),
            'End that program, or give the cloud other ports:'
            ' DEMO_CLOUD_PORT=%d demo/cloud up'
            % (state.port('glance') - places.OFFSETS['glance'] + 1000),
        )
    settings.write()
    accounts.write_clouds_yaml()
    for name in missing:
        programs.log(name).unlink(missing_ok=True)
        programs.spawn(name, _command(name), _environment())
    _wait(programs, ['keystone'])
    if state.done('accounts') != state.url('keystone'):
        with progress.step('Making accounts'):
            accounts.make(_admin())
        state.set_done('accounts', state.url('keystone'))
    _wait(programs, SERVICES[1:])
    if not state.done('basics'):
        with progress.step('Making flavors, volume types and networks'):
            basics.make(_admin())
        state.set_done('basics')


def _command(name):
    return [
        places.cloud_program('python'),
        *('-m', 'democloud.serve', name),
        *('--port', state.port(name)),
        *('--conf', settings.file(name)),
    ]


def _environment():
    """The services' environment: ours without proxies and OpenStack's own."""
    unwanted = ('http_proxy', 'https_proxy', 'all_proxy')
    environment = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in unwanted and not name.startswith('OS_')
    }
    environment.update(
        DEMO_HOME=str(places.home()),
        PYTHONPATH=str(places.DEMO),
        PYTHONWARNINGS='ignore',
        PATH='%s:%s' % (places.cloud_venv() / 'bin', os.environ['PATH']),
        OS_NOVA_DISABLE_EVENTLET_PATCHING='1',
        OS_CINDER_DISABLE_EVENTLET_PATCHING='1',
    )
    return environment


def _admin():
    return api.Client('admin', accounts.PASSWORD, 'admin')


def _wait(programs, names):
    """Wait until all of them answer; fail as soon as one has died."""
    waiting = list(names)

    def ready():
        for name in list(waiting):
            if not programs.alive(name):
                _tell_failed(programs, name, 'ended while it started')
            if api.answers(name):
                progress.say(name, 'answers')
                waiting.remove(name)
        return not waiting

    with progress.step('Waiting for %s' % ', '.join(names)):
        if not api.wait_for(ready, PATIENCE_SECONDS):
            _tell_failed(programs, waiting[0], 'does not answer')


def _tell_failed(programs, name, what):
    log = programs.log(name)
    raise progress.Trouble(
        '%s %s:\n%s' % (name, what, progress.tail(log)),
        'Read %s, then say `demo/cloud down` and `demo/cloud up`.' % log,
    )


def _silent(names):
    return [name for name in names if not api.answers(name)]


def down():
    with state.locked(), progress.step('Stopping the demo cloud'):
        stopped = state.programs().stop_all()
    print('Stopped: %s' % (', '.join(stopped) or 'nothing ran'))
    return 0


def reset():
    """Stop the cloud and forget its data; the installation stays."""
    down()
    with state.locked():
        shutil.rmtree(places.cloud(), ignore_errors=True)
        places.clouds_yaml().unlink(missing_ok=True)
    print('The data is gone. `demo/cloud up` makes a new cloud.')
    return 0


def status():
    """Tell of each process; 1 when something is not as it should be."""
    rows = state.programs().report()
    known = {row['name']: row for row in rows}
    bad = []
    print('%-10s %8s %9s  %-22s %s' % ('', 'process', 'memory', 'API', 'log'))
    for name in SERVICES:
        row = known.get(name, {'pid': 0, 'rss_mib': 0})
        answers = bool(row['pid']) and api.answers(name)
        if not answers:
            bad.append(name)
        print(
            '%-10s %8s %5.0f MiB  %-22s %s'
            % (
                name,
                row['pid'] or 'down',
                row['rss_mib'],
                'port %d %s'
                % (state.port(name), 'answers' if answers else 'silent'),
                state.programs().log(name),
            )
        )
    print('%27.0f MiB in all' % sum(row['rss_mib'] for row in rows))
    if bad:
        print('Down: %s. `demo/cloud up` starts it.' % ', '.join(bad))
    return 1 if bad else 0
