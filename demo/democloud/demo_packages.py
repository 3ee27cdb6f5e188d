"""Installs Debian packages that only tests need, where that is allowed."""

import os
import shutil
import subprocess

from democloud import dashboard_places
from democloud import demo_commands
from democloud import progress

# Tells the Makefile that the tests that need them are left out.
LEAVE_OUT = 3


def ensure(title, packages, tests, enough):
    """0: they are there. 3: they are not, and this machine may do without.

    enough: whether the tests can run without what is missing.
    """
    if enough and not _lacking(packages):
        return 0
    reason = _hindrance()
    if not reason:
        with progress.step('Installing %s' % title):
            _install(title, packages)
        return 0
    if enough:
        return 0
    remedy = 'apt-get install %s' % ' '.join(packages)
    if os.environ.get('CI') == 'true':
        raise progress.Trouble('There is no %s: %s.' % (title, reason), remedy)
    print('%s SKIPPED: there is no %s, and %s.' % (tests, title, reason))
    print('To run them: %s' % remedy)
    return LEAVE_OUT


def _lacking(packages):
    """The packages that Debian says are not installed."""
    if not shutil.which('dpkg-query'):
        return []
    return [name for name in packages if not _installed(name)]


def _installed(package):
    command = ['dpkg-query', '--show', '--showformat=${db:Status-Status}']
    asked = subprocess.run([*command, package], capture_output=True)
    return asked.stdout == b'installed'


def _hindrance():
    """Why it cannot be installed here, or an empty text."""
    if not shutil.which('apt-get'):
        return 'this system has no apt-get'
    if os.geteuid() != 0:
        return 'only root may install it'
    return ''


def _install(title, packages):
    env = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    log = dashboard_places.log('apt')
    for words in (['update'], ['install', '-y', '-q', *packages]):
        command = ['apt-get', '-q', *words]
        demo_commands.run('Installing %s' % title, command, log, env)
