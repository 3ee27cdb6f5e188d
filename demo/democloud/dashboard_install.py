"""Horizon's Python environment with this plugin in it, made with pip."""

import hashlib
import shutil
import sys

from democloud import dashboard_places
from democloud import demo_commands
from democloud import places
from democloud import processes
from democloud import progress

REQUIREMENTS = places.DEMO / 'requirements-horizon.txt'
DECLARED = [
    REQUIREMENTS,
    places.CHECKOUT / 'setup.cfg',
    places.CHECKOUT / 'setup.py',
]


def ensure():
    """Make the environment, or bring it up to what setup.cfg says now."""
    mark = dashboard_places.venv() / 'demo-installed'
    known = mark.read_text().split() if mark.exists() else []
    wanted = [_python(), _declared()]
    if known == wanted:
        return
    what = 'Bringing Horizon up to date in %s'
    if not known or known[0] != wanted[0]:
        # A half-done one, or one of another Python: not worth mending.
        shutil.rmtree(dashboard_places.venv(), ignore_errors=True)
        what = 'Installing Horizon into %s'
    mark.unlink(missing_ok=True)
    with progress.step(what % dashboard_places.venv()):
        _install()
    processes.write_whole(mark, '\n'.join(wanted) + '\n')


def version():
    """A digest of the names and versions of all that is installed."""
    packages = dashboard_places.venv().glob(
        'lib/python*/site-packages/*.dist-info'
    )
    names = sorted(path.name for path in packages)
    return hashlib.sha256(repr(names).encode()).hexdigest()


def _install():
    if not dashboard_places.venv().exists():
        demo_commands.run(
            'Making a Python environment',
            [sys.executable, '-m', 'venv', dashboard_places.venv()],
            dashboard_places.log('venv'),
        )
    pip = [dashboard_places.program('python'), '-m', 'pip', 'install']
    pip += ['--no-input', '--disable-pip-version-check']
    # Much of what it brings is never run; Python compiles the rest.
    pip += ['--no-compile', '--requirement', REQUIREMENTS]
    pip += ['--editable', places.CHECKOUT]
    log = dashboard_places.log('pip')
    demo_commands.run('Installing Horizon', pip, log)


def _python():
    """Tells one Python, and one checkout, from another."""
    words = repr((sys.version, str(places.CHECKOUT)))
    return hashlib.sha256(words.encode()).hexdigest()


def _declared():
    content = b''.join(path.read_bytes() for path in DECLARED)
    return hashlib.sha256(content).hexdigest()
