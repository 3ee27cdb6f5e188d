"""The file of backup records: who may read it, and what is refused."""

import base64
import datetime
import json
import pathlib
import runpy

from nacl import exceptions
from nacl.pwhash import argon2id
import pytest

from rey_dashboard.backups import record_entries
from rey_dashboard.backups import record_files as files
from tests import paper_records as paper

PASSPHRASE = 'four grey cats sleep'
AT = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
SCRIPT = pathlib.Path(__file__).parents[1] / 'doc/source/user/open_records.py'
HOSTILE = '=cmd() <script>alert(1)</script> 😀'


@pytest.fixture
def quickly(monkeypatch):
    monkeypatch.setattr(files.Lock, '__init__', paper.quick_lock)


def written(records, passphrase=PASSPHRASE):
    lock = files.Lock.new()
    keys = files.Keys(passphrase, lock)
    sealed = [files.seal_one(keys.public, one) for one in records]
    opened = [keys.open_one(one) for one in sealed]
    return files.write(opened, 'RegionOne', AT, lock, keys)


def changed(data, **told):
    return json.dumps({**json.loads(data), **told}).encode()


def words(data, passphrase=PASSPHRASE):
    with pytest.raises(files.Unreadable) as unreadable:
        files.read(data, passphrase)
    return str(unreadable.value)


@pytest.mark.usefixtures('quickly')
class TestFile:
    def test_it_gives_back_what_went_in(self):
        records = [paper.told('a', name=HOSTILE), paper.told('b')]
        read = files.read(written(records), PASSPHRASE)
        assert read.records == records
        assert (read.region, read.exported_at) == ('RegionOne', AT)

    def test_it_tells_openly_where_when_and_how_many_alone(self):
        data = written([paper.told('a', name='payroll')])
        told = json.loads(data)
        assert set(told) == {
            *('format', 'region', 'exported_at', 'records', 'cipher', 'kdf'),
            'sealed',
        }
        assert told['records'] == 1
        opened = base64.b64decode(told['sealed'])
        for word in (b'payroll', paper.backup_id('a').encode(), b'Posix'):
            assert word not in data + opened

    @pytest.mark.parametrize(
        'passphrase', ['four grey cats sleeps', 'Four grey cats sleep', '']
    )
    def test_another_passphrase_opens_nothing(self, passphrase):
        told = words(written([paper.told('a')]), passphrase)
        assert told.startswith('The passphrase is another one')

    def test_the_whole_of_a_long_passphrase_counts(self):
        long = 'x' * 900
        data = written([paper.told('a')], long + 'a')
        assert files.read(data, long + 'a').records
        assert words(data, long + 'b')

    def test_a_letter_that_is_typed_in_another_way_is_the_same(self):
        data = written([paper.told('a')], 'Zürich is far away')
        assert files.read(data, 'Zu\u0308rich is far away').records

    @pytest.mark.parametrize(
        'told',
        [
            {'region': 'Other'},
            {'records': 2},
            {'exported_at': '2020-01-01T00:00:00+00:00'},
        ],
    )
    def test_what_it_tells_openly_cannot_be_changed(self, told):
        data = changed(written([paper.told('a')]), **told)
        assert words(data) == str(files.WRONG)

    def test_not_a_byte_of_it_can_be_changed(self):
        data = written([paper.told('a')])
        sealed = bytearray(base64.b64decode(json.loads(data)['sealed']))
        for place in (0, 30, len(sealed) - 1):
            other = bytearray(sealed)
            other[place] ^= 1
            text = base64.b64encode(other).decode()
            assert words(changed(data, sealed=text)) == str(files.WRONG)

    def test_records_of_one_file_do_not_fit_another(self):
        one, other = (written([paper.told('a')]) for _ in range(2))
        sealed = json.loads(other)['sealed']
        assert words(changed(one, sealed=sealed)) == str(files.WRONG)

    @pytest.mark.parametrize(
        ('data', 'told'),
        [
            (b'', 'a part of one only'),
            (b'\x00\xff', 'a part of one only'),
            (b'[1, 2]', 'does not say'),
            (b'{"format": "rey.backup-records/1"}', 'does not say'),
            (b'{"format": ["x"]}', 'does not say'),
            (b'{"format": "rey.sealed-backup-records/2"}', 'another version'),
            (b'[' * 100_000, 'a part of one only'),
            (b'{"a":' * 100_000, 'a part of one only'),
            (b'9' * 100_000, 'a part of one only'),
        ],
    )
    def test_nonsense_is_told_from_a_file(self, data, told):
        assert told in words(data)

    def test_half_a_file_is_refused(self):
        data = written([paper.told('a')])
        assert 'a part of one only' in words(data[: len(data) // 2])
        assert 'not complete' in words(changed(data, sealed='abc'))
        assert 'not complete' in words(changed(data, sealed=None))
        assert words(changed(data, sealed='')) == str(files.WRONG)

    def test_one_that_is_too_large_is_not_looked_into(self, monkeypatch):
        monkeypatch.setattr(files, 'MOST_BYTES', 100)
        assert 'larger than' in words(b'[' * 101)

    @pytest.mark.parametrize(
        'kdf',
        [
            None,
            {'name': 'none'},
            {'passes': 11},
            {'passes': '3'},
            {'passes': True},
            {'memory': 1 << 31},
            {'memory': 1},
            {'salt': 'AAAA'},
            {'salt': 7},
        ],
    )
    def test_it_cannot_ask_for_much_of_this_machine(self, kdf):
        data = written([paper.told('a')])
        if kdf is not None:
            kdf = {**json.loads(data)['kdf'], **kdf}
        told = words(changed(data, kdf=kdf))
        assert told.startswith(('Its key', 'It does not', 'It is damaged'))

    def test_nothing_that_holds_a_key_shows_it(self):
        lock = files.Lock.new()
        keys = files.Keys(PASSPHRASE, lock)
        assert PASSPHRASE not in repr(keys) + repr(vars(keys))


def test_the_keys_of_a_new_lock_cost_memory_and_time():
    lock = files.Lock.new()
    assert lock.memory == argon2id.MEMLIMIT_MODERATE == 256 << 20
    assert lock.passes == argon2id.OPSLIMIT_MODERATE == 3
    assert files.Lock.told(lock.tell()) == lock
    assert files.Lock.new().salt != lock.salt


@pytest.mark.usefixtures('quickly')
def test_the_script_of_the_guide_opens_the_file_without_us():
    script = runpy.run_path(str(SCRIPT))
    records = [paper.told('child', parent='full'), paper.told('full')]
    told = json.loads(written(records, 'Zürich is far away'))
    opened = script['open_file'](dict(told), 'Zu\u0308rich is far away')
    assert opened == records
    child, full = records
    words = 'openstack volume backup record import'
    assert script['commands'](opened) == [
        f'{words} {paper.SERVICE} {full["url"]}',
        f'{words} {paper.SERVICE} {child["url"]}',
    ]
    with pytest.raises(exceptions.CryptoError):
        script['open_file'](dict(told), PASSPHRASE)


class TestEntries:
    def read(self, *records):
        return record_entries.read(records)

    def words(self, *records):
        with pytest.raises(files.Unreadable) as unreadable:
            self.read(*records)
        return str(unreadable.value)

    def test_parents_come_first_however_long_the_chain(self):
        names = [f'n{number}' for number in range(1500)]
        told = [
            paper.told(name, parent=parent)
            for name, parent in zip(names, ['', *names], strict=False)
        ]
        read = self.read(*reversed(told))
        assert [one.id for one in read] == list(map(paper.backup_id, names))

    def test_they_tell_what_people_need(self):
        told = paper.told('a', name=HOSTILE, size=7, parent='b')
        (entry,) = self.read(told)
        assert (entry.name, entry.size_gib) == (HOSTILE, 7)
        assert entry.parent_id == paper.backup_id('b')
        assert (entry.project, entry.volume) == ('shop (Default)', 'disk')

    @pytest.mark.parametrize(
        'columns',
        [
            {'id': 'nonsense'},
            {'id': None},
            {'id': 7},
            {'size': '1'},
            {'size': -1},
            {'size': True},
            {'parent_id': 'x'},
            {'project_id': []},
            {'display_name': {}},
        ],
    )
    def test_a_record_with_odd_columns_is_refused(self, columns):
        told = paper.told('b', columns=columns)
        assert self.words(paper.told('a'), told) == (
            'Number 2 in it is no record of a backup.'
        )

    @pytest.mark.parametrize(
        'told',
        [
            None,
            {},
            'x',
            {'service': 'x', 'url': '%%%'},
            {'service': 'x', 'url': 'AAAA'},
            {'service': 'x', 'url': 7},
            {'service': 'x', 'url': base64.b64encode(b'[]').decode()},
            {'service': 'x', 'url': base64.b64encode(b'[' * 9999).decode()},
        ],
    )
    def test_what_is_no_record_is_refused(self, told):
        assert 'is no record of a backup' in self.words(told)

    def test_a_circle_and_a_double_are_refused(self):
        assert 'twice' in self.words(paper.told('a'), paper.told('a'))
        assert 'circle' in self.words(
            paper.told('a', parent='b'), paper.told('b', parent='a')
        )

    def test_too_many_are_refused(self, monkeypatch):
        monkeypatch.setattr(record_entries, 'MOST', 1)
        assert 'more than 1' in self.words(paper.told('a'), paper.told('b'))


@pytest.mark.parametrize('parent_id', [5, True, ['a'], {'a': 1}])
def test_a_parent_that_is_no_id_is_told(parent_id):
    record = paper.told('b', columns={'parent_id': parent_id})
    with pytest.raises(files.Unreadable, match='Number 1 in it'):
        record_entries.read([record])
