"""What ``setup`` did, written down before it is done, for ``remove``."""

import hashlib
import json
import os
import pathlib
import shutil
import tempfile

from rey_dashboard.setup import faults


class Record:
    """A JSON file in the state directory; it never holds a secret.

    :param folder: the state directory, which need not exist yet
    """

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.path = folder / 'setup.json'
        self.facts: dict = {}
        if self.path.exists():
            self.facts = json.loads(self.path.read_text())

    def save(self, **facts) -> None:
        """Adds these facts; the same again writes nothing."""
        changed = {**self.facts, **facts}
        if changed != self.facts or not self.path.exists():
            text = json.dumps(changed, indent=1) + '\n'
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            write(self.path, text.encode(), 0o644)
        self.facts = changed

    def belongs_to(self, package: pathlib.Path) -> None:
        """:raises faults.NotWell: it is about another Horizon"""
        known = self.facts.get('horizon')
        if known and known != str(package):
            raise faults.NotWell(
                f'{self.folder} belongs to the Horizon in {known}.',
                'Name another state directory with --state-dir.',
            )

    def made(self, folder: pathlib.Path) -> None:
        """Makes a folder with those above it, and remembers which are new."""
        missing = [
            path for path in (folder, *folder.parents) if not path.exists()
        ]
        for path in reversed(missing):
            path.mkdir()
            like_its_folder(path)
        known = self.facts.get('folders', [])
        new = [str(path) for path in missing if str(path) not in known]
        if new:
            # The deepest first, as they are removed again.
            self.save(folders=[*new, *known])

    def unmade(self, above: pathlib.Path) -> None:
        """Removes folders that we made below this one and that are empty."""
        for name in self.facts.get('folders', []):
            path = pathlib.Path(name)
            if path.is_relative_to(above) and path.is_dir():
                if any(path.iterdir()):
                    continue
                path.rmdir()

    def keep(self, path: pathlib.Path) -> str:
        """Keeps a file as it is now; gives the name to restore it by."""
        name = digest(path)
        kept = self.folder / 'originals' / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            shutil.copy2(path, kept)
            own(kept, path.stat())
        return name

    def restore(self, name: str, path: pathlib.Path) -> None:
        kept = self.folder / 'originals' / name
        shutil.copy2(kept, path)
        own(path, kept.stat())


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(path: pathlib.Path, content: bytes, mode: int) -> None:
    """Writes a file whole or not at all, and never wider than ``mode``."""
    handle, name = tempfile.mkstemp(prefix='.rey-', dir=path.parent)
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(content)
        os.chmod(name, mode)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise


def like_its_folder(path: pathlib.Path) -> None:
    own(path, path.parent.stat())


def own(path: pathlib.Path, owner: os.stat_result) -> None:
    """Gives a file away; only root can, and only root need."""
    if not os.geteuid():
        os.chown(path, owner.st_uid, owner.st_gid)
