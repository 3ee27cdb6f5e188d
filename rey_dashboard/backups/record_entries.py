"""The records of a file, each looked into before Cinder is asked anything."""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import uuid

from django.utils.translation import gettext as _t

from rey_dashboard.backups import record_files
from rey_dashboard.cloud import backup_records

MOST = 20_000
_LONGEST_NAME = 255


@dataclasses.dataclass(frozen=True)
class Entry:
    """One backup's record, and what it tells of the backup.

    :param parent_id: what it builds on; nothing for a full one
    """

    record: backup_records.Record
    id: str
    name: str
    size_gib: int
    parent_id: str
    project_id: str
    project_name: str
    volume_id: str
    volume_name: str

    @property
    def project(self) -> str:
        return self.project_name or self.project_id

    @property
    def volume(self) -> str:
        return self.volume_name or self.volume_id


def told(
    record: backup_records.Record, project_name: str, volume_name: str
) -> dict:
    """What is sealed of one; names are for people who have nothing else."""
    return {
        'service': record.service,
        'url': record.url,
        'project_name': project_name,
        'volume_name': volume_name,
    }


def read(records: Iterable) -> list[Entry]:
    """All of them, each after the one that it builds on.

    :raises record_files.Unreadable: one is no record, or comes twice
    """
    found: dict[str, Entry] = {}
    for number, one in enumerate(records, 1):
        if number > MOST:
            raise record_files.Unreadable(
                _t('It holds more than %d records.') % MOST
            )
        try:
            entry = _entry(one)
        except (KeyError, TypeError, ValueError) as error:
            raise record_files.Unreadable(
                _t('Number %d in it is no record of a backup.') % number
            ) from error
        if entry.id in found:
            raise record_files.Unreadable(
                _t('It holds the backup %s twice.') % entry.id
            )
        found[entry.id] = entry
    return _parents_first(found)


def _entry(told: Mapping) -> Entry:
    if not isinstance(told, Mapping):
        raise TypeError(told)
    record = backup_records.Record(_words(told, 'service'), told['url'])
    columns = record.columns()
    size = columns['size']
    if type(size) is not int or size < 0:
        raise ValueError(size)
    return Entry(
        record=record,
        id=columns['id'],
        name=_words(columns, 'display_name'),
        size_gib=size,
        parent_id=_id(columns.get('parent_id')),
        project_id=_words(columns, 'project_id'),
        project_name=_words(told, 'project_name'),
        volume_id=_words(columns, 'volume_id'),
        volume_name=_words(told, 'volume_name'),
    )


def _words(told, name):
    words = told.get(name)
    if words is None:
        return ''
    if not isinstance(words, str):
        raise TypeError(name)
    # PostgreSQL stores none of these.
    return words.replace('\0', '')[:_LONGEST_NAME]


def _id(text):
    if text is not None and not isinstance(text, str):
        raise TypeError(text)
    return str(uuid.UUID(text)) if text else ''


def _parents_first(entries):
    """Those that build on themselves, over others, are no backups of Cinder.

    :raises record_files.Unreadable: there are such
    """
    above: dict[str, list[Entry]] = {}
    for entry in entries.values():
        parent_id = entry.parent_id if entry.parent_id in entries else ''
        above.setdefault(parent_id, []).append(entry)
    ordered, level = [], above.pop('', [])
    while level:
        ordered += level
        level = [entry for below in level for entry in above.pop(below.id, ())]
    if above:
        raise record_files.Unreadable(
            _t('Backups in it build on one another in a circle.')
        )
    return ordered
