"""Fresh Python environments with a Horizon, and our package built for them."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys

import uv

CHECKOUT = pathlib.Path(__file__).parent.parent
KINDS = ('wheel', 'sdist', 'editable')


@dataclasses.dataclass(frozen=True)
class Packages:
    """What can be installed.

    :ivar editable: a copy of what is under version control, with changes
    """

    wheel: pathlib.Path
    sdist: pathlib.Path
    editable: pathlib.Path

    def arguments(self, kind: str) -> list[str]:
        """What ``pip install`` takes."""
        path = str(getattr(self, kind))
        return ['--editable', path] if kind == 'editable' else [path]


def build(folder: pathlib.Path) -> Packages:
    """The wheel is made from the sdist, so that both have to be whole."""
    source, made = folder / 'source', folder / 'dist'
    _copy_checkout(source)
    _run(uv.find_uv_bin(), 'build', '--quiet', f'--out-dir={made}', source)
    (wheel,) = made.glob('*.whl')
    (sdist,) = made.glob('*.tar.gz')
    return Packages(wheel, sdist, source)


class Environment:
    """A Horizon of one release in an environment of its own."""

    def __init__(self, folder: pathlib.Path, horizon: str):
        self.folder = folder
        uv_ = uv.find_uv_bin()
        _run(uv_, 'venv', '--quiet', '--seed', f'-p={sys.executable}', folder)
        python = f'--python={folder}/bin/python'
        # Compiled, as pip does it: the commands are the faster for it.
        install = ('pip', 'install', '--quiet', '--compile-bytecode')
        _run(uv_, *install, python, f'horizon=={horizon}.*')
        (self.site,) = folder.glob('lib/*/site-packages')

    def run(
        self, program: str, *arguments: str
    ) -> subprocess.CompletedProcess:
        """One of its programs; whether it went well is for the caller."""
        return subprocess.run(
            [self.folder / 'bin' / program, *arguments],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self):
        """Without our settings, and such that nothing compiled is left."""
        unwanted = {'DJANGO_SETTINGS_MODULE', 'PYTHONPATH', 'VIRTUAL_ENV'}
        kept = {k: v for k, v in os.environ.items() if k not in unwanted}
        return {**kept, 'PYTHONDONTWRITEBYTECODE': '1'}


def content(folder: pathlib.Path) -> dict[str, bytes]:
    """Each file below, links followed, without what Python compiled."""
    return {
        os.path.relpath(pathlib.Path(top, name), folder): pathlib.Path(
            top, name
        ).read_bytes()
        for top, _folders, names in os.walk(folder, followlinks=True)
        for name in names
        if not name.endswith('.pyc')
    }


def _copy_checkout(target):
    listed = _run(
        'git', '-C', CHECKOUT, 'ls-files', '-z', '--cached', '--others',
        '--exclude-standard',
    )  # fmt: skip
    for name in filter(None, listed.split('\0')):
        path = CHECKOUT / name
        if os.path.lexists(path):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target / name, follow_symlinks=False)


def _run(*command):
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
