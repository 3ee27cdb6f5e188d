"""Runs the seeders, which put things into the cloud."""

import os
import subprocess

from democloud import accounts
from democloud import api
from democloud import install
from democloud import lifecycle
from democloud import places
from democloud import progress
from democloud import state


def run(name, arguments):
    """Run democloud.seed or democloud.bulk, unless it is done as asked."""
    if {'-h', '--help'} & set(arguments):
        return _help(name)
    with state.locked():
        silent = [s for s in lifecycle.SERVICES if not api.answers(s)]
        if silent:
            raise progress.Trouble(
                'The demo cloud is not up (%s).' % ', '.join(silent),
                'Say `demo/cloud up` first.',
            )
        # With options of its own it may add more; it never makes twice.
        if state.done(name) and not arguments:
            print('The cloud is already %s.' % state.done(name))
            print('`demo/cloud reset` makes it empty again.')
            return 0
        code = _python('democloud.' + name, arguments)
        if code:
            raise progress.Trouble(
                'democloud.%s ended with status %d.' % (name, code),
                'Say `demo/cloud %s` again; it goes on where it ended.' % name,
            )
        state.set_done(
            name, {'seed': 'seeded', 'bulk': 'filled in bulk'}[name]
        )
    return 0


def _help(name):
    if install.installed():
        return _python('democloud.' + name, ['--help'])
    print('usage: cloud %s [-h] ...' % name)
    print('Its options are told once `demo/cloud up` has run.')
    return 0


def _python(module, arguments):
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith('OS_')
    }
    environment.update(
        PYTHONPATH=str(places.DEMO),
        DEMO_HOME=str(places.home()),
        OS_CLIENT_CONFIG_FILE=str(places.clouds_yaml()),
        OS_CLOUD='demo-admin',
        DEMO_CLOUD_DATA=str(places.data()),
        DEMO_CLOUD_DB=str(places.data('db')),
        no_proxy=places.HOST,
    )
    command = [places.cloud_program('python'), '-m', module, *arguments]
    return subprocess.call(command, env=environment, cwd='/')


def print_env():
    for name, value in accounts.shell_variables().items():
        print('export %s=%s' % (name, value))
    return 0
