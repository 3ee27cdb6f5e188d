"""What the bulk volumes have of backups: a history drawn for each of them."""

import datetime as dt

from democloud import bulk_database

# How often in a hundred volumes. Once a day is what is aimed at.
HISTORIES = {
    'daily': 66,
    'late': 8,
    'weekly': 5,
    'never': 10,
    'failing': 5,
    'stuck': 1,
    'spoilt': 1,
    'excluded': 4,
}
# In some projects nearly all backups fail, or nobody thought of any.
ILL_PROJECT_SHARE = 0.06
ILL_HISTORIES = ('failing', 'never')
ILL_VOLUME_SHARE = 0.8
METADATA = {
    'weekly': ('backup_target', '7d'),
    'excluded': ('backup', 'none'),
}
# Hours since the last backup: from, to.
LAST_H = {
    'daily': (1, 20),
    'late': (30, 900),
    'weekly': (1, 150),
    'failing': (1, 20),
    'stuck': (4, 40),
    'spoilt': (1, 20),
}
# So many backups of a volume; the first is full, the others build on it.
LENGTHS = {1: 80, 2: 8, 3: 8, 5: 4}
SECONDS_PER_GIB = (1.5, 4.0)
FAIL_REASONS = (
    'incomplete backup reset on manager restart',
    'Create backup aborted, expected volume status backing-up but got error.',
    'Object PUT failed: http://swift.example.org/v1/AUTH_backup/volumes'
    ' 507 Insufficient Storage',
)


class Backups:
    """Adds rows to those of the volumes, like an incremental backup's parent.

    :param like: a backup's row to copy
    """

    def __init__(self, like):
        self._like = like

    def add(self, rows, project, volumes, use):
        chance = project.chance('backups')
        ill = chance.random() < ILL_PROJECT_SHARE
        of_ill = chance.choice(ILL_HISTORIES)
        for volume in volumes:
            history = chance.choices(list(HISTORIES), HISTORIES.values())[0]
            if ill and chance.random() < ILL_VOLUME_SHARE:
                history = of_ill
            made = self._made(chance, volume, history)
            rows['backups'] += made
            if history in METADATA:
                rows['volume_metadata'].append(_metadata(volume, history))
            use.update(
                {
                    'backups': len(made),
                    'backup_gigabytes': volume['size'] * len(made),
                }
            )

    def _made(self, chance, volume, history):
        """The backups of one volume, the oldest first."""
        if history not in LAST_H:
            return []
        length = chance.choices(list(LENGTHS), LENGTHS.values())[0]
        if history == 'spoilt':
            length = max(2, length)
        last = chance.uniform(*LAST_H[history])
        ages = [
            dt.timedelta(hours=last + 24 * day)
            for day in reversed(range(length))
        ]
        made = []
        for age in ages:
            # Never before the volume.
            if bulk_database.NOW - age > volume['created_at']:
                made.append(self._backup(chance, volume, age))
                _build_on(made)
        if made:
            _end(made, history, volume, chance)
        return made

    def _backup(self, chance, volume, age):
        begun = bulk_database.NOW - age
        begun = begun.replace(microsecond=0)
        took = 2 + volume['size'] * chance.uniform(*SECONDS_PER_GIB)
        return dict(
            self._like,
            id=chance.uuid(),
            volume_id=volume['id'],
            project_id=volume['project_id'],
            display_name='backup-of-' + volume['display_name'],
            size=volume['size'],
            created_at=begun,
            updated_at=begun + dt.timedelta(seconds=round(took)),
            data_timestamp=begun,
            status='available',
            fail_reason=None,
            parent_id=None,
            num_dependent_backups=0,
        )


def _build_on(made):
    """The last builds on the one before; Cinder changes that at the end."""
    if len(made) > 1:
        parent, child = made[-2:]
        child['parent_id'] = parent['id']
        parent['num_dependent_backups'] = 1
        parent['updated_at'] = child['updated_at']


def _end(made, history, volume, chance):
    last = made[-1]
    if history == 'spoilt':
        made[0]['status'] = 'error'
    elif history in ('failing', 'stuck'):
        if len(made) > 1:
            # Cinder marks the parent when the child is done.
            made[-2]['num_dependent_backups'] = 0
        if history == 'failing':
            last['status'] = 'error'
            last['fail_reason'] = chance.choice(FAIL_REASONS)
        else:
            last['status'] = 'creating'
            last['updated_at'] = last['created_at']
            volume['previous_status'] = volume['status']
            volume['status'] = 'backing-up'


def _metadata(volume, history):
    key, value = METADATA[history]
    return {
        'created_at': volume['created_at'],
        'deleted': False,
        'volume_id': volume['id'],
        'key': key,
        'value': value,
    }
