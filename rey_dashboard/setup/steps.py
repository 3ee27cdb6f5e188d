"""What setup does, a class for each thing: look whether it is so, do, undo.

``look`` gives what would be done, or nothing when it is so already; ``do``
and ``undo`` give what was done. All of them may raise ``faults.NotWell``.
"""

import pathlib

from rey_dashboard.setup import faults
from rey_dashboard.setup import marks
from rey_dashboard.setup import place as places
from rey_dashboard.setup import record as records
from rey_dashboard.setup import snippet

_BY_HAND = (
    'Move your changes into another file and say the same again with '
    '--force, which {verb} this one.'
)


class Step:
    name = ''

    def __init__(self, place: places.Place):
        self._place = place
        self._record = place.record
        #: What is so, but worth a word.
        self.note = ''

    def look(self) -> str:
        raise NotImplementedError

    def do(self) -> str:
        raise NotImplementedError

    def undo(self) -> str:
        return ''


class State(Step):
    name = 'state directory'

    def look(self) -> str:
        if self._record.path.exists():
            return ''
        return f'make {self._record.folder}'

    def do(self) -> str:
        place = self._place
        self._record.made(self._record.folder)
        self._record.save(horizon=str(place.horizon.package))
        return f'made {self._record.folder}'

    def undo(self) -> str:
        folder = self._record.folder
        if not folder.exists():
            return ''
        originals = folder / 'originals'
        for path in [*originals.glob('*'), self._record.path]:
            path.unlink(missing_ok=True)
        self._record.unmade(pathlib.Path('/'))
        # An earlier remove that kept the data has forgotten who made them.
        for path in (originals, folder / 'data', folder):
            if path.exists() and not any(path.iterdir()):
                path.rmdir()
        return '' if folder.exists() else f'removed {folder}'


class Password(Step):
    """The database's password, in a file that the web server's group reads."""

    name = 'database password'

    def look(self) -> str:
        secret = self._place.secret
        path = self._path
        if not secret or (path.exists() and path.read_text() == secret):
            return ''
        return f'write {path}, rights 0640'

    def do(self) -> str:
        records.write(self._path, self._place.secret.encode(), 0o600)
        self._place.share(self._path, 0o640)
        return f'wrote {self._path}, rights 0640'

    def undo(self) -> str:
        if not self._path.exists():
            return ''
        self._path.unlink()
        return f'removed {self._path}'

    @property
    def _path(self):
        return self._record.folder / 'database-password'


class Text(Step):
    """A file of ours that an operator may have changed, or had before."""

    def path(self) -> pathlib.Path:
        raise NotImplementedError

    def text(self) -> str:
        raise NotImplementedError

    def look(self) -> str:
        path, text = self.path(), self.text()
        state = marks.state(path)
        if state == marks.OURS and path.read_text() == marks.marked(text):
            return ''
        if state == marks.CHANGED and not self._place.force:
            if not marks.built_on(path, text):
                self._refuse(path, 'overwrites')
            self.note = f'{path} was changed by hand and is left as it is'
            return ''
        if state == marks.FOREIGN and not self._place.force:
            if path.read_text() != text:
                self._refuse(path, 'overwrites')
            self.note = f'{path} stands there already, written by hand'
            return ''
        return f'write {path}'

    def do(self) -> str:
        path = self.path()
        self._record.made(path.parent)
        if marks.state(path) == marks.FOREIGN:
            kept = self._record.facts.get('kept', {})
            name = self._record.keep(path)
            self._record.save(kept={**kept, str(path): name})
        records.write(path, marks.marked(self.text()).encode(), 0o644)
        self._place.changed()
        return f'wrote {path}'

    def undo(self) -> str:
        path = self.path()
        state = marks.state(path)
        if state in (marks.ABSENT, marks.FOREIGN):
            return ''
        if state == marks.CHANGED and not self._place.force:
            self._refuse(path, 'removes')
        kept = self._record.facts.get('kept', {}).get(str(path))
        if kept:
            self._record.restore(kept, path)
        else:
            path.unlink()
        self._forget_compiled(path)
        self._record.unmade(path.parent)
        return f'{"restored" if kept else "removed"} {path}'

    def _forget_compiled(self, path):
        """Python's copy, which the web server made in the meantime."""
        folder = path.parent / '__pycache__'
        for compiled in folder.glob(f'{path.stem}.*.pyc'):
            compiled.unlink()
        if folder.exists() and not any(folder.iterdir()):
            folder.rmdir()

    def _refuse(self, path, verb):
        raise faults.NotWell(
            f'{path} was written or changed by hand and is left.',
            _BY_HAND.format(verb=verb),
        )


class Snippet(Text):
    name = 'settings'

    def path(self) -> pathlib.Path:
        return self._place.snippet

    def text(self) -> str:
        place = self._place
        choices = place.choices
        return snippet.text(
            self._record.folder,
            choices.cloud,
            place.database,
            choices.password,
        )


class Enabled(Text):
    name = 'enabled file'

    def path(self) -> pathlib.Path:
        return self._place.horizon.enabled / snippet.NAME

    def text(self) -> str:
        return snippet.enabled()
