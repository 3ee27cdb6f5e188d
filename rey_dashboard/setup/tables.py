"""The plugin's tables, and the file of SQLite where they stand in one."""

import os

from rey_dashboard.setup import faults
from rey_dashboard.setup import steps

#: What SQLite writes beside its file (WAL).
_BESIDE = ('', '-wal', '-shm', '-journal')


class Tables(steps.Step):
    name = 'tables'

    def look(self) -> str:
        place = self._place
        database = place.database
        absent = database and database.sqlite and not database.sqlite.exists()
        if absent or not place.snippet.exists() or self._missing():
            where = database.words if database else 'your database'
            return f'make or change the tables in {where}'
        return ''

    def do(self) -> str:
        place = self._place
        told = place.tell()
        if not (told['registered'] and told['database']):
            # It only logs a file that it cannot read.
            raise faults.NotWell(
                'Horizon does not take the settings or the enabled file.',
                "Look into Horizon's log for the reason.",
            )
        file = place.database and place.database.sqlite
        if file:
            self._make_file(file)
        place.horizon.order('migrate')
        if file:
            self._share(file)
        where = place.database.words if place.database else 'your database'
        return f'made the tables in {where}'

    def purge(self) -> str:
        """Deletes the data: a file that we made, else our tables alone."""
        database = self._place.database
        file = database and database.sqlite
        if not self._record.facts:
            # What an earlier remove has kept.
            file = self._record.folder / 'data' / 'rey_dashboard.sqlite3'
            if not file.exists():
                return ''
        if file and self._ours(file):
            for path in self._files(file):
                path.unlink()
            self._record.unmade(file.parent)
            return f'deleted {file}'
        self._place.horizon.order('migrate', 'zero')
        where = database.words if database else 'your database'
        return f'deleted our tables in {where}'

    def _missing(self):
        return not self._place.horizon.order('tables')['there']

    def _make_file(self, file):
        """As both the web server and the worker can write it.

        SQLite gives the files beside it the same rights.
        """
        if file.exists():
            return
        new = not file.parent.exists()
        self._record.made(file.parent)
        if new:
            self._place.share(file.parent, 0o2770)
        known = self._record.facts.get('databases', [])
        self._record.save(databases=[*known, str(file)])
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o660))

    def _share(self, file):
        if self._ours(file):
            for path in self._files(file):
                self._place.share(path, 0o660)

    def _ours(self, file):
        known = self._record.facts.get('databases', [])
        return str(file) in known or file.is_relative_to(self._record.folder)

    def _files(self, file):
        paths = [file.with_name(file.name + end) for end in _BESIDE]
        return [path for path in paths if path.exists()]
