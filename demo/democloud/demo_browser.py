"""Installs the browser (and its fonts) that the browser tests drive.

Debian's chromium: a browser that a package index brings is not needed.
"""

import os
import shutil
import subprocess

from democloud import dashboard_places
from democloud import demo_commands
from democloud import progress

PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji']
REMEDY = 'apt-get install %s' % ' '.join(PACKAGES)
# Tells the Makefile to leave the browser tests out.
LEAVE_OUT = 3


def ensure():
    """0: it is there. 3: it is not, and this machine may do without."""
    if shutil.which('chromium') and not _lacking():
        return 0
    reason = _hindrance()
    if not reason:
        with progress.step('Installing chromium'):
            _install()
        return 0
    if shutil.which('chromium'):
        # Only fonts are missing; the pages look a little different.
        return 0
    if os.environ.get('CI') == 'true':
        raise progress.Trouble('There is no chromium: %s.' % reason, REMEDY)
    print('Browser tests SKIPPED: there is no chromium, and %s.' % reason)
    print('To run them: %s' % REMEDY)
    return LEAVE_OUT


def _lacking():
    """The packages that Debian says are not installed."""
    if not shutil.which('dpkg-query'):
        return []
    return [name for name in PACKAGES if not _installed(name)]


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


def _install():
    env = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    log = dashboard_places.log('apt')
    for words in (['update'], ['install', '-y', '-q', *PACKAGES]):
        command = ['apt-get', '-q', *words]
        demo_commands.run('Installing chromium', command, log, env)
