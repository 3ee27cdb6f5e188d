"""Horizon's static files with ours among them, and back again.

They are made in a scratch folder and compared with what is there: so Horizon
keeps its own until the new ones are whole, and it is known what changes.
"""

import hashlib
import json
import pathlib
import tempfile

import rey_dashboard
from rey_dashboard.setup import faults
from rey_dashboard.setup import record as records
from rey_dashboard.setup import steps

#: django-compressor's list of what it has compressed beforehand.
MANIFEST = 'dashboard/manifest.json'
AGAIN = (
    'django-admin collectstatic --noinput --settings '
    'openstack_dashboard.settings, and where COMPRESS_OFFLINE is set '
    'django-admin compress --force --settings openstack_dashboard.settings'
)


class Static(steps.Step):
    name = 'static files'

    def look(self) -> str:
        if not self._place.choices.static:
            return ''
        facts = self._record.facts.get('static', {})
        if facts.get('stamp') == self._stamp() and self._whole(facts):
            return ''
        told = self._place.tell()
        verb = 'collect and compress' if told['compress'] else 'collect'
        return f'{verb} the static files into {told["static_root"]}'

    def do(self) -> str:
        told = self._place.tell()
        root = pathlib.Path(told['static_root'])
        if told['compress_root'] not in (None, told['static_root']):
            raise faults.NotWell(
                'COMPRESS_ROOT and STATIC_ROOT name two folders.',
                'Say the same again with --no-static, and then: ' + AGAIN,
            )
        with tempfile.TemporaryDirectory(
            prefix='static-', dir=self._record.folder
        ) as name:
            made = pathlib.Path(name)
            self._place.horizon.order('static', name)
            _keep_others(root / MANIFEST, made / MANIFEST)
            changes = self._plan(made, root)
            self._install(made, root, changes)
        facts = self._record.facts['static']
        self._record.save(static={**facts, 'stamp': self._stamp()})
        return f'{len(changes)} new or changed static files in {root}'

    def undo(self) -> str:
        facts = self._record.facts.get('static')
        if not facts:
            return ''
        root = pathlib.Path(facts['root'])
        left = [
            name
            for name, known in facts['files'].items()
            if not self._take_back(root / name, known)
        ]
        self._record.unmade(root)
        self._record.save(
            static={**facts, 'files': {n: facts['files'][n] for n in left}}
        )
        if left:
            raise faults.NotWell(
                f'{len(left)} static files in {root} were made anew since '
                f'setup and are left, such as {left[0]}.',
                'Make them again without this plugin: ' + AGAIN,
            )
        return f'put the static files in {root} back as they were'

    def _plan(self, made, root):
        """Writes down what changes, before anything does."""
        facts = self._record.facts.get('static', {})
        if facts and facts['root'] != str(root):
            raise faults.NotWell(
                f'STATIC_ROOT was {facts["root"]} and is {root} now.',
                'Say "rey-dashboard remove" and then this again.',
            )
        files = dict(facts.get('files', {}))
        changes = []
        for path in sorted(made.rglob('*')):
            name = str(path.relative_to(made))
            if path.is_dir():
                continue
            new, old = records.digest(path), _digest(root / name)
            if old == new:
                continue
            changes.append(name)
            files[name] = self._known(files.get(name), old, root / name, new)
        self._record.save(
            static={'stamp': '', 'root': str(root), 'files': files}
        )
        return changes

    def _known(self, known, old, path, new):
        if known and old in (known['ours'], None):
            return {**known, 'ours': new}
        if known and old != known.get('original'):
            # Somebody made it anew with us in it: the original is outdated.
            return {'ours': new, 'outdated': True}
        original = self._record.keep(path) if old else None
        return {'ours': new, 'original': original}

    def _install(self, made, root, changes):
        for name in changes:
            path = root / name
            self._record.made(path.parent)
            records.write(path, (made / name).read_bytes(), 0o644)
            records.like_its_folder(path)

    def _take_back(self, path, known):
        now, original = _digest(path), known.get('original')
        if known.get('outdated'):
            return False
        if now == original:
            return True
        if now != known['ours'] and not self._place.force:
            return False
        if original:
            self._record.restore(original, path)
        else:
            path.unlink(missing_ok=True)
        return True

    def _whole(self, facts):
        root = pathlib.Path(facts['root'])
        return all(
            _digest(root / name) == known['ours']
            for name, known in facts['files'].items()
        )

    def _stamp(self):
        """A digest of all that the static files are made of."""
        told = self._place.tell()
        total = hashlib.sha256(told['static'].encode())
        total.update(f'{told["static_root"]} {told["compress"]}'.encode())
        ours = pathlib.Path(rey_dashboard.__path__[0], 'static')
        for path in sorted(ours.resolve().rglob('*')):
            if path.is_file():
                total.update(records.digest(path).encode())
        return total.hexdigest()


def _digest(path):
    return records.digest(path) if path.is_file() else None


def _keep_others(old, new):
    """Keeps what somebody compressed in another way, for other themes.

    Horizon 27 compresses for its default theme alone.
    """
    if not (old.exists() and new.exists()):
        return
    texts = [json.loads(path.read_text()) for path in (old, new)]
    new.write_text(json.dumps({**texts[0], **texts[1]}, indent=2))
