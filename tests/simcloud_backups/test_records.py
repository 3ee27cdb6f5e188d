"""Records that the simulated Cinder exports and imports."""

import base64
import json

import pytest

from tests.simcloud_backups import calls


class TestRecords:
    @pytest.fixture
    def record(self, cloud, owner, volume):
        made = cloud.add_backup(volume, name='kept', description='words')
        path = f'/backups/{made}/export_record'
        return made, owner.get(path)['backup-record']

    def test_what_was_forgotten_comes_back_and_can_be_restored(
        self, cloud, owner, volume, record
    ):
        made, record = record
        before = owner.row('backup', made)
        words = 'Invalid backup: Backup already exists in database.'
        assert calls.refusal(owner.take_in(record)) == words
        cloud.forget_backup(made)
        assert not owner.status('backup', made)
        cloud.advance(60)
        cloud.cinder_backup.takes(1, 'import')
        answer = owner.take_in(record)
        assert answer.status_code == 201
        assert answer.json()['backup']['id'] == made
        assert owner.status('backup', made) == 'creating'
        cloud.advance(11)
        after = owner.row('backup', made)
        assert after['updated_at'] > before['updated_at']
        for name in ('updated_at', 'user_id'):
            del after[name], before[name]
        for name in ('created_at', 'data_timestamp'):
            before[name] = f'{before[name][:19]}.000000'
        assert after == before
        cloud.change('volumes', volume, content='spoilt')
        owner.restore(made, volume_id=volume)
        cloud.settle()
        assert calls.content(cloud, 'volumes', volume) == 'monday'

    def test_it_belongs_to_who_takes_it_in(
        self, cloud, stranger, owner, record
    ):
        made, record = record
        cloud.forget_backup(made)
        cloud.set_quota('block-storage', cloud.shop, backups=0)
        assert calls.refusal(owner.take_in(record), 413)
        assert stranger.take_in(record).status_code == 201
        row = stranger.row('backup', made)
        own = cloud.service_project.id
        assert row['os-backup-project-attr:project_id'] == own

    def test_of_one_that_was_deleted_nothing_can_be_restored(
        self, cloud, owner, volume, record
    ):
        made, record = record
        owner.ask('DELETE', f'/backups/{made}')
        assert owner.take_in(record).status_code == 201
        assert owner.status('backup', made) == 'available'
        owner.restore(made, volume_id=volume)
        assert owner.status('volume', volume) == 'error_restoring'

    @pytest.mark.parametrize(
        ('text', 'words'),
        [
            (b'nonsense', "Can't parse backup record."),
            (b'{"size": 1}', 'Provided backup record is missing an id'),
            (
                b'{"id": "x"}',
                'Provided backup record is missing size attribute',
            ),
        ],
    )
    def test_nonsense_is_refused(self, owner, text, words):
        url = base64.b64encode(text).decode()
        told = {'backup_service': 's', 'backup_url': url}
        assert calls.refusal(owner.take_in(told)) == (
            f'Invalid input received: {words}'
        )
        told['backup_url'] = '%%'
        assert "is not a 'base64'" in calls.refusal(owner.take_in(told))

    def test_what_the_driver_finds_wrong_shows_in_the_row(
        self, cloud, owner, record
    ):
        made, record = record
        cloud.forget_backup(made)
        told = json.loads(base64.b64decode(record['backup_url']))
        for part, name, words in (
            ('container', record['backup_service'], 'missing fields (con'),
            ('', 'cinder.backup.drivers.ceph', 'cannot find backup service'),
        ):
            told['id'] = cloud.new_uuid()
            short = {n: v for n, v in told.items() if n != part}
            url = base64.b64encode(json.dumps(short).encode()).decode()
            answer = owner.take_in({'backup_service': name, 'backup_url': url})
            assert answer.status_code == 201
            row = owner.row('backup', told['id'])
            assert row['status'] == 'error' and words in row['fail_reason']

    def test_one_under_way_is_not_exported(self, cloud, owner, volume):
        made = cloud.add_backup(volume, status='creating')
        path = f'/backups/{made}/export_record'
        assert calls.refusal(owner.ask('GET', path)) == (
            'Invalid backup: Backup status must be available and not creating.'
        )

    def test_it_takes_an_administrator(self, member, record):
        made, record = record
        path = f'/backups/{made}/export_record'
        assert 'export-import' in calls.refusal(member.ask('GET', path), 403)
        assert 'backup-import' in calls.refusal(member.take_in(record), 403)
