"""A Horizon to set up and to spoil: the installed one, with its own folders.

All but ``local`` are links to the installed package, so that the real
settings and the real commands run.
"""

import hashlib
import os
import pathlib
import shutil

import openstack_dashboard

INSTALLED = pathlib.Path(openstack_dashboard.__path__[0])
NAME = '_9000_rey_dashboard.py'
#: Static files of the applications alone: with all of XStatic's a test
#: would take minutes.
SETTINGS = """
STATICFILES_FINDERS = (
    'django.contrib.staticfiles.finders.AppDirectoriesFinder',
)
COMPRESS_OFFLINE = False
"""


class ScratchHorizon:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder / 'horizon'
        self.state = folder / 'state'
        self.package = self.folder / 'openstack_dashboard'
        self.local = self.package / 'local'
        self.static = self.folder / 'static'
        self.package.mkdir(parents=True)
        for path in INSTALLED.iterdir():
            if path.name in ('__init__.py', 'settings.py'):
                shutil.copy2(path, self.package)
            elif path.name not in ('local', '__pycache__'):
                (self.package / path.name).symlink_to(path)
        for name in ('enabled', 'local_settings.d'):
            (self.local / name).mkdir(parents=True)
            shutil.copy2(INSTALLED / 'local' / '__init__.py', self.local)
        (self.local / 'enabled' / '__init__.py').touch()
        (self.local / 'local_settings.py').write_text(SETTINGS)

    @property
    def snippet(self) -> pathlib.Path:
        return self.local / 'local_settings.d' / NAME

    @property
    def enabled(self) -> pathlib.Path:
        return self.local / 'enabled' / NAME

    def options(self, *more: str) -> list[str]:
        return [
            f'--horizon={self.folder}',
            f'--state-dir={self.state}',
            *more,
        ]

    def digest(self) -> dict[str, tuple]:
        """Each file below, with its content, rights, owners and time."""
        return tree(self.folder)


def tree(folder: pathlib.Path) -> dict[str, tuple]:
    found = {}
    for top, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = pathlib.Path(top, name)
            status = path.lstat()
            if path.is_symlink():
                what = os.readlink(path)
            elif path.is_dir():
                what = ''
            else:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                what = f'{content} {status.st_mtime_ns}'
            found[str(path.relative_to(folder))] = (
                status.st_mode,
                status.st_uid,
                status.st_gid,
                what,
            )
    return found
