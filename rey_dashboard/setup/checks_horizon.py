"""Whether the dashboard is really in this Horizon, and whole.

Horizon goes on without a settings snippet or an enabled file that is broken,
and only logs it (Horizon 27, ``settings.py`` and ``utils/settings.py``). So
these messages are listened to while the settings load.
"""

from collections.abc import Callable
from collections.abc import Iterator
import filecmp
import importlib
from importlib import metadata
from importlib import util
import logging
import pathlib
import platform
import sys
import traceback
import warnings

import django
from django import apps
from django import urls
from django.conf import settings
from django.core import exceptions

import horizon
from horizon import base as horizon_base
from horizon.utils import secret_key

from rey_dashboard import conf
from rey_dashboard.setup import verdict as verdict_

#: What Python files of others raise when they are executed.
BROKEN = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    exceptions.ImproperlyConfigured,
    horizon_base.NotRegistered,
    secret_key.FilePermissionError,
)
#: How the messages begin that tell of a file left out.
_LEFT_OUT = ('Can not exec settings snippet', 'Error importing')
#: Also told when the file is there and imports what is missing.
_NO_LOCAL = 'No local_settings file found.'
_LOCAL = 'openstack_dashboard.local.local_settings'
_APP = 'rey_dashboard'
_SETTINGS = '--settings openstack_dashboard.settings'
STATIC = pathlib.Path(__file__).parent.parent / 'static'
#: Versions that are needed, and the newest that was tried.
PYTHON = (3, 11)
NEEDED = {'Django': (5, 2), 'horizon': (26,)}
TRIED = {'Django': (5, 2), 'horizon': (27,)}


def verdicts() -> Iterator[verdict_.Verdict]:
    """What can be told of Horizon once its settings are loaded."""
    yield versions()
    yield dashboard()
    if apps.apps.ready and apps.apps.is_installed(_APP):
        # It needs our app's policy, and so the app.
        from rey_dashboard.setup import checks_policy

        yield static_files()
        yield checks_policy.policy()


def load(setup: Callable[[], None] | None = None) -> verdict_.Verdict:
    """Horizon's settings, and what was left out of them without a word.

    :param setup: loads them, instead of Django
    """
    name = 'Horizon settings'
    heard = _Heard(logging.WARNING)
    root = logging.getLogger()
    root.addHandler(heard)
    try:
        (setup or _load)()
    except BROKEN as error:
        return verdict_.not_well(
            name,
            f"Horizon's settings do not load: {_where(error)}.",
            'Mend the file that is named, or install the module that is '
            "missing, and run this as a user who may read Horizon's "
            "settings. Python's own words: "
            'django-admin check --settings openstack_dashboard.settings',
        )
    finally:
        root.removeHandler(heard)
    if heard.words:
        return verdict_.not_well(
            name,
            'Horizon goes on without files that are broken: '
            f'{"; ".join(heard.words)}.',
            'Mend or remove these files, and restart the web server.',
        )
    wrong = [problem.msg for problem in conf.check()]
    if wrong:
        return verdict_.not_well(
            name,
            f'{"; ".join(wrong)}.',
            'Mend REY_DASHBOARD in the settings snippet of the dashboard.',
        )
    return verdict_.well(name, 'They load, and no file is left out.')


def dashboard() -> verdict_.Verdict:
    """Whether Horizon has the dashboard and an address for its pages.

    In this Python environment: the running web server may be older.
    """
    name = 'Dashboard'
    enable = (
        'Copy enabled/_9000_rey_dashboard.py into '
        'openstack_dashboard/local/enabled (rey-dashboard setup does it) '
        'without DISABLED, and restart the web server.'
    )
    if _APP not in settings.INSTALLED_APPS:
        return verdict_.not_well(
            name, 'Horizon has not loaded its enabled file.', enable
        )
    try:
        # Horizon registers what it has when the addresses are first asked.
        address = urls.reverse('horizon:rey:home:index')
        panels = horizon.get_dashboard('rey').get_panels()
    except urls.NoReverseMatch:
        return verdict_.not_well(
            name, 'Horizon has no address for its pages.', enable
        )
    except BROKEN as error:
        return verdict_.not_well(
            name,
            f'Horizon cannot register its dashboards: {_where(error)}.',
            'Mend or disable the plugin that is named, and restart the web '
            'server.',
        )
    return verdict_.well(
        name,
        f'Registered with {len(panels)} panels, at {address}. (A web server '
        'that has not been restarted since may not have it.)',
    )


def static_files(
    ours: pathlib.Path = STATIC,
) -> verdict_.Verdict:
    """Whether what was collected is what this version brings."""
    name = 'Static files'
    if settings.DEBUG:
        return verdict_.well(name, 'With DEBUG they need not be collected.')
    root = pathlib.Path(settings.STATIC_ROOT)
    files = [path for path in ours.rglob('*') if path.is_file()]
    if not files:
        return verdict_.not_well(
            name,
            f'This installation brings none: there is no {ours}.',
            'Install rey-dashboard again, from a whole package.',
        )
    other = [
        path
        for path in (file.relative_to(ours) for file in files)
        if not (root / path).is_file()
        or not filecmp.cmp(ours / path, root / path, shallow=False)
    ]
    again = (
        f'django-admin collectstatic --noinput {_SETTINGS} && '
        f'django-admin compress --force {_SETTINGS}'
    )
    if other:
        return verdict_.not_well(
            name,
            f'{len(other)} of {len(files)} are missing or old in {root}.',
            f'Collect and compress them: {again}',
        )
    if settings.COMPRESS_OFFLINE and not _manifest(root).is_file():
        return verdict_.not_well(
            name,
            f'They are not compressed: there is no {_manifest(root)}.',
            f'Collect and compress them: {again}',
        )
    return verdict_.well(name, f'All {len(files)} are in {root}.')


def versions() -> verdict_.Verdict:
    name = 'Versions'
    have = {package: metadata.version(package) for package in NEEDED}
    told = ', '.join(
        [f'Python {platform.python_version()}']
        + [f'{package} {version}' for package, version in have.items()]
    )
    old = [
        package
        for package, version in have.items()
        if _numbers(version) < NEEDED[package]
    ]
    if old or sys.version_info < PYTHON:
        needed = [f'Python {_dotted(PYTHON)}'] + [
            f'{package} {_dotted(numbers)}'
            for package, numbers in NEEDED.items()
        ]
        return verdict_.not_well(
            name, f'{told}: too old.', f'Needed are {", ".join(needed)}.'
        )
    new = [
        package
        for package, version in have.items()
        if _numbers(version)[: len(TRIED[package])] > TRIED[package]
    ]
    if new:
        return verdict_.unknown(
            name,
            f'{told}. Nobody has tried this version of {" and ".join(new)}.',
            'Look through the pages, or upgrade rey-dashboard.',
        )
    return verdict_.well(name, f'{told}.')


class _Heard(logging.Handler):
    """Keeps which files were left out, and where each is broken.

    The kind of an error and its place, not its words: a value may stand
    there that is a secret.
    """

    def __init__(self, level):
        super().__init__(level)
        self.words = []

    def emit(self, record):
        message = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if message == _NO_LOCAL:
            self.words += _local_settings()
        elif message.startswith(_LEFT_OUT):
            where = f' ({_where(error)})' if error else ''
            self.words.append(message.split()[-1] + where)
        elif error and self.words:
            # Horizon logs the error of an enabled file by itself.
            self.words[-1] += f' ({_where(error)})'


def _local_settings():
    """The file that Horizon told to be missing, if it is there."""
    found = util.find_spec(_LOCAL)
    if not found:
        return []
    try:
        importlib.import_module(_LOCAL)
    except ImportError as error:
        return [f'{found.origin} ({_where(error)})']
    return [found.origin]


def _load():
    # First alone: Django sets the logging up in between.
    settings.INSTALLED_APPS  # noqa: B018 (loads them)
    # Horizon wants to see all of these, and nearly none is about us.
    warnings.filterwarnings('ignore', category=DeprecationWarning)
    django.setup()


def _where(error):
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return f'{kind} in {error.filename}, line {error.lineno}'
    if isinstance(error, exceptions.ImproperlyConfigured | ImportError):
        return f'{kind}: {error}'
    if isinstance(error, OSError) and error.filename:
        return f'{kind}: {error.filename}'
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return kind
    return f'{kind} in {frames[-1].filename}, line {frames[-1].lineno}'


def _manifest(root):
    return root / settings.COMPRESS_OUTPUT_DIR / 'manifest.json'


def _numbers(version):
    # What follows the second number does not matter, and may be no number.
    return tuple(
        int(part) for part in version.split('.')[:2] if part.isdigit()
    )


def _dotted(numbers):
    return '.'.join(map(str, numbers))
