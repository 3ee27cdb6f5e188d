"""Backups in the simulated Cinder, ordered by plain calls."""

import base64
import datetime
import json

import pytest
import requests

from tests import simcloud

FAST = 'control@fast'


class Caller:
    """Somebody signed in to one project."""

    def __init__(self, cloud, project_id, plain=False):
        self._url = cloud.services['block-storage'].url
        self._token = cloud.keystone.admit(cloud.new_uuid(), project_id, plain)

    def ask(self, method, path, version='3.70', **body):
        return requests.request(
            method,
            self._url + path,
            json=body or None,
            timeout=5,
            headers={
                'X-Auth-Token': self._token,
                'OpenStack-API-Version': f'volume {version}',
            },
        )

    def get(self, path):
        answer = self.ask('GET', path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def row(self, kind, row_id):
        return self.get(f'/{kind}s/{row_id}')[kind]

    def status(self, kind, row_id):
        answer = self.ask('GET', f'/{kind}s/{row_id}')
        return answer.status_code == 200 and answer.json()[kind]['status']

    def back_up(self, volume_id, **told):
        body = {'volume_id': volume_id, **told}
        return self.ask('POST', '/backups', backup=body)

    def backup(self, volume_id, **told):
        answer = self.back_up(volume_id, **told)
        assert answer.status_code == 202, answer.text
        return answer.json()['backup']['id']

    def restore(self, backup_id, **told):
        path = f'/backups/{backup_id}/restore'
        return self.ask('POST', path, restore=told)

    def new_volume(self, **told):
        return self.ask('POST', '/volumes', volume=told)

    def act(self, kind, row_id, action, **told):
        path = f'/{kind}s/{row_id}/action'
        return self.ask('POST', path, **{f'os-{action}': told})

    def take_in(self, record):
        path = '/backups/import_record'
        return self.ask('POST', path, **{'backup-record': record})


def refusal(answer, status=400):
    assert answer.status_code == status, answer.text
    ((_title, told),) = answer.json().items()
    assert told['code'] == status
    return told['message']


@pytest.fixture
def cloud():
    with simcloud.running() as cloud:
        cloud.shop = cloud.add_project('shop')
        yield cloud


@pytest.fixture
def owner(cloud):
    """The service user, in the project that owns it all."""
    return Caller(cloud, cloud.shop)


@pytest.fixture
def stranger(cloud):
    """The same in another project."""
    return Caller(cloud, cloud.service_project.id)


@pytest.fixture
def member(cloud):
    return Caller(cloud, cloud.shop, plain=True)


@pytest.fixture
def outsider(cloud):
    return Caller(cloud, cloud.add_project('other'), plain=True)


@pytest.fixture
def volume(cloud):
    return cloud.add_volume(cloud.shop, 10, name='data', content='monday')


def seconds_between(row, first, second):
    first, second = (
        datetime.datetime.fromisoformat(row[name]) for name in (first, second)
    )
    return (second - first).total_seconds()


def content(cloud, kind, row_id):
    return cloud.tables[kind].get(row_id)['content']


class TestMaking:
    def test_it_belongs_to_the_caller_and_tells_what_it_was_told(
        self, cloud, stranger, volume
    ):
        made = stranger.backup(
            volume,
            name='n',
            description='d',
            container='c',
            metadata={'a': 'b'},
            availability_zone='nova',
        )
        row = stranger.row('backup', made)
        assert row['os-backup-project-attr:project_id'] == (
            cloud.service_project.id
        )
        told = {'name': 'n', 'description': 'd', 'container': 'c', 'size': 10}
        assert told.items() <= row.items()
        assert row['metadata'] == {'a': 'b'}
        assert row['data_timestamp'] == row['created_at']
        assert (row['status'], row['object_count']) == ('available', 10)

    def test_it_takes_its_time_and_the_volume_is_busy(
        self, cloud, owner, volume
    ):
        cloud.cinder_backup.takes(60, 'backup', FAST)
        made = owner.backup(volume)
        cloud.advance(590)
        assert owner.status('volume', volume) == 'backing-up'
        row = owner.row('backup', made)
        assert (row['status'], row['object_count']) == ('creating', 0)
        assert refusal(owner.back_up(volume)) == (
            'Invalid volume: Volume to be backed up must be available or '
            'in-use, but the current status is "backing-up".'
        )
        # Looked at late, it ended when it was due.
        cloud.advance(1000)
        row = owner.row('backup', made)
        assert row['status'] == 'available'
        assert seconds_between(row, 'created_at', 'updated_at') == 600
        assert owner.status('volume', volume) == 'available'

    def test_each_back_end_has_its_own_pace(self, cloud, owner, volume):
        slow = cloud.add_volume(cloud.shop, 1, host='control@slow#slow')
        cloud.cinder_backup.takes(1)
        cloud.cinder_backup.takes(100, 'backup', 'control@slow#slow')
        cloud.cinder_backup.takes(1000, on=volume)
        first, second = owner.backup(slow), owner.backup(volume)
        cloud.advance(101)
        assert owner.status('backup', first) == 'available'
        assert owner.status('backup', second) == 'creating'

    def test_an_attached_volume_needs_force_and_stays_attached(
        self, cloud, owner, volume
    ):
        cloud.attach(volume, cloud.add_server(cloud.shop))
        assert refusal(owner.back_up(volume)) == (
            'Invalid volume: Backing up an in-use volume must use the force '
            'flag.'
        )
        owner.backup(volume, force=True)
        assert owner.status('volume', volume) == 'in-use'

    def test_that_of_a_snapshot_has_its_time_and_its_data(
        self, cloud, owner, volume
    ):
        snapshot = cloud.add_snapshot(volume)
        cloud.change('volumes', volume, content='tuesday', status='error')
        cloud.advance(60)
        cloud.cinder_backup.takes(1)
        made = owner.backup(volume, snapshot_id=snapshot)
        assert owner.status('snapshot', snapshot) == 'backing-up'
        assert owner.status('volume', volume) == 'error'
        cloud.advance(11)
        row = owner.row('backup', made)
        assert row['snapshot_id'] == snapshot
        assert seconds_between(row, 'data_timestamp', 'created_at') >= 60
        assert owner.status('snapshot', snapshot) == 'available'
        assert content(cloud, 'backups', made) == 'monday'

    @pytest.mark.parametrize(
        ('limits', 'words'),
        [
            (
                {'backups': 0},
                'BackupLimitExceeded: Maximum number of backups allowed (0) '
                'exceeded',
            ),
            (
                {'backup_gigabytes': 9},
                'VolumeBackupSizeExceedsAvailableQuota: Requested backup '
                'exceeds allowed Backup gigabytes quota. Requested 10G, quota '
                'is 9G and 0G has been consumed.',
            ),
        ],
    )
    def test_the_callers_quota_pays(
        self, cloud, owner, stranger, volume, limits, words
    ):
        cloud.set_quota('block-storage', cloud.shop, **limits)
        answer = owner.back_up(volume)
        assert refusal(answer, 413) == words
        assert answer.headers['Retry-After'] == '0'
        assert owner.status('volume', volume) == 'available'
        assert stranger.back_up(volume).status_code == 202

    def test_what_the_schema_does_not_know_is_refused(self, owner, volume):
        body = {'volume_id': volume, 'metadata': {}}
        old = owner.ask('POST', '/backups', '3.42', backup=body)
        assert "('metadata' was unexpected)" in refusal(old)
        answer = owner.back_up(volume, description='x' * 256)
        assert 'is too long' in refusal(answer)


class TestChains:
    def test_it_builds_on_the_latest_data_of_the_callers_own(
        self, cloud, owner, stranger, volume
    ):
        first = owner.backup(volume)
        of_other = cloud.add_backup(
            volume, project_id=cloud.service_project.id
        )
        cloud.advance(10)
        cloud.add_backup(volume, status='error')
        second = owner.backup(volume, incremental=True)
        owner.status('backup', second)
        rows = cloud.tables['backups']
        assert rows.get(second)['parent_id'] == first
        third = stranger.backup(volume, incremental=True)
        assert rows.get(third)['parent_id'] == of_other
        assert owner.row('backup', second)['is_incremental']

    def test_without_a_usable_one_there_is_none(self, cloud, owner, volume):
        cloud.add_backup(volume, project_id=cloud.service_project.id)
        words = (
            'Invalid backup: No backups available to do an incremental backup.'
        )
        assert refusal(owner.back_up(volume, incremental=True)) == words
        cloud.add_backup(volume, status='error')
        assert refusal(owner.back_up(volume, incremental=True)) == words

    def test_a_parent_is_marked_when_it_is_done_and_not_longer(
        self, cloud, owner, volume
    ):
        first = owner.backup(volume)
        owner.status('backup', first)
        cloud.cinder_backup.takes(1)
        second = owner.backup(volume, incremental=True)
        before = owner.row('backup', first)
        assert not before['has_dependent_backups']
        # Cinder looks for children, done or not.
        answer = owner.ask('DELETE', f'/backups/{first}')
        assert refusal(answer) == (
            'Invalid backup: Incremental backups exist for this backup.'
        )
        cloud.advance(10)
        after = owner.row('backup', first)
        assert after['has_dependent_backups']
        assert after['updated_at'] > before['updated_at']
        assert owner.ask('DELETE', f'/backups/{second}').status_code == 202
        cloud.advance(10)
        assert not owner.row('backup', first)['has_dependent_backups']

    def test_children_of_others_do_not_keep_it(
        self, cloud, owner, stranger, volume
    ):
        first = owner.backup(volume)
        owner.status('backup', first)
        child = owner.backup(volume, incremental=True)
        assert stranger.ask('DELETE', f'/backups/{first}').status_code == 202
        assert not stranger.status('backup', first)
        target = cloud.add_volume(cloud.shop, 10)
        assert owner.restore(child, volume_id=target).status_code == 202
        assert owner.status('volume', target) == 'error_restoring'


class TestDeleting:
    def test_it_takes_its_time(self, cloud, owner, volume):
        made = cloud.add_backup(volume)
        cloud.cinder_backup.takes(1, 'delete')
        assert owner.ask('DELETE', f'/backups/{made}').status_code == 202
        assert owner.status('backup', made) == 'deleting'
        words = 'Invalid backup: Backup status must be available or error'
        assert refusal(owner.ask('DELETE', f'/backups/{made}')) == words
        cloud.advance(11)
        assert not owner.status('backup', made)

    def test_a_volume_with_snapshots_stays(self, cloud, owner, volume):
        cloud.add_snapshot(volume)
        words = refusal(owner.ask('DELETE', f'/volumes/{volume}'))
        assert 'have snapshots' in words

    def test_one_that_fails_stays(self, cloud, owner, volume):
        made = cloud.add_backup(volume)
        cloud.cinder_backup.fails('no way', 'delete', status='error_deleting')
        owner.ask('DELETE', f'/backups/{made}')
        row = owner.row('backup', made)
        assert row['status'] == 'error_deleting'
        assert row['fail_reason'] == 'no way'


class TestFailing:
    def test_one_that_fails_tells_why_and_lets_the_volume_go(
        self, cloud, owner, volume
    ):
        order = cloud.cinder_backup.fails('disk full', on=volume, times=1)
        made = owner.backup(volume)
        row = owner.row('backup', made)
        assert (row['status'], row['fail_reason']) == ('error', 'disk full')
        assert owner.status('volume', volume) == 'available'
        (message,) = owner.get(f'/messages?resource_uuid={made}')['messages']
        assert message['user_message'] == (
            'create backup:Backup driver failed to create backup.'
        )
        again = owner.backup(volume)
        assert owner.status('backup', again) == 'available'
        assert order.times == 0

    @pytest.mark.parametrize('work', ['backup', 'restore', 'delete'])
    def test_one_that_hangs_ends_when_it_may_go_on(
        self, cloud, owner, volume, work
    ):
        made = cloud.add_backup(volume)
        order = cloud.cinder_backup.hangs(work, FAST)
        if work == 'backup':
            made = owner.backup(volume)
        elif work == 'restore':
            owner.restore(made, volume_id=volume)
        else:
            owner.ask('DELETE', f'/backups/{made}')
        cloud.advance(10_000)
        looked = f'{cloud.now:%Y-%m-%dT%H:%M:%S}'
        before = owner.row('backup', made)
        under_way = {
            'backup': 'creating',
            'restore': 'restoring',
            'delete': 'deleting',
        }
        assert before['status'] == under_way[work]
        assert [job.backup_id for job in cloud.cinder_backup.jobs] == [made]
        cloud.advance(1)
        order.clear()
        if work != 'delete':
            # Who looked meanwhile does not miss it.
            assert owner.row('backup', made)['updated_at'] >= looked
        ends = 'available' if work != 'delete' else False
        assert owner.status('backup', made) == ends

    def test_what_was_lost_on_the_way_has_been_done(
        self, cloud, owner, volume
    ):
        cloud.fault('block-storage', '/backups', 'lost', method='POST')
        with pytest.raises(requests.ConnectionError):
            owner.back_up(volume, name='mine')
        cloud.clear_faults()
        rows = owner.get('/backups?name=mine')['backups']
        assert len(rows) == 1

    def test_without_a_service_it_goes_to_error_and_cannot_be_mended(
        self, cloud, owner, volume
    ):
        cloud.remove_backup_service()
        made = owner.backup(volume)
        row = owner.row('backup', made)
        assert row['status'] == 'error'
        assert row['fail_reason'] == 'Service not found for creating backup.'
        assert owner.status('volume', volume) == 'available'
        words = 'Service cinder-backup could not be found.'
        answer = owner.ask('DELETE', f'/backups/{made}')
        assert refusal(answer, 404) == words
        told = {'status': 'available'}
        answer = owner.act('backup', made, 'reset_status', **told)
        assert refusal(answer, 404) == words

    def test_work_waits_for_a_service_that_is_down(self, cloud, owner, volume):
        cloud.cinder_backup.takes(1)
        made = owner.backup(volume)
        service = cloud.service_id(
            'volume_services', 'cinder-backup', 'control'
        )
        cloud.change('volume_services', service, state='down')
        cloud.advance(100)
        assert owner.status('backup', made) == 'creating'
        cloud.change('volume_services', service, state='up')
        assert owner.status('backup', made) == 'available'

    def test_an_order_for_unknown_work_is_told(self, cloud):
        with pytest.raises(ValueError, match='restore'):
            cloud.cinder_backup.hangs('dancing')


class TestRestoring:
    def test_over_a_volume_its_data_and_its_metadata_are_replaced(
        self, cloud, owner, volume
    ):
        cloud.change('volumes', volume, metadata={'of': 'monday'})
        made = cloud.add_backup(volume)
        target = cloud.add_volume(
            cloud.shop, 20, name='t', content='old', metadata={'mine': '1'}
        )
        cloud.cinder_backup.takes(1, 'restore')
        answer = owner.restore(made, volume_id=target)
        assert answer.status_code == 202
        assert answer.json()['restore'] == {
            'backup_id': made,
            'volume_id': target,
            'volume_name': 't',
        }
        assert owner.status('volume', target) == 'restoring-backup'
        assert owner.status('backup', made) == 'restoring'
        assert content(cloud, 'volumes', target) == 'old'
        cloud.advance(11)
        row = owner.row('volume', target)
        assert (row['status'], row['name']) == ('available', 't')
        assert row['metadata'] == {'of': 'monday', 'src_backup_id': made}
        assert content(cloud, 'volumes', target) == 'monday'
        assert owner.status('backup', made) == 'available'

    def test_into_its_own_volume_it_leaves_no_mark(self, cloud, owner, volume):
        made = cloud.add_backup(volume)
        cloud.change('volumes', volume, content='spoilt', metadata={'a': 'b'})
        owner.restore(made, volume_id=volume)
        assert owner.row('volume', volume)['metadata'] == {'a': 'b'}
        assert content(cloud, 'volumes', volume) == 'monday'

    def test_without_one_the_caller_gets_a_new_volume(
        self, cloud, stranger, volume
    ):
        cloud.default_type = 'slow'
        cloud.change('volumes', volume, bootable=True)
        made = cloud.add_backup(volume)
        answer = stranger.restore(made).json()['restore']
        assert answer['volume_name'] == f'restore_backup_{made}'
        row = stranger.row('volume', answer['volume_id'])
        own = {
            'os-vol-tenant-attr:tenant_id': cloud.service_project.id,
            'volume_type': 'slow',
            'os-vol-host-attr:host': 'control@slow#slow',
            # Of the volume that was backed up.
            'name': 'data',
            'bootable': 'true',
            'metadata': {'src_backup_id': made},
        }
        assert own.items() <= row.items()
        assert content(cloud, 'volumes', row['id']) == 'monday'

    @pytest.mark.parametrize(
        ('target', 'words'),
        [
            (
                {'size': 9},
                'Invalid volume: volume size 9 is too small to restore backup '
                'of size 10.',
            ),
            (
                {'status': 'in-use'},
                'Invalid volume: Volume to be restored to must be available',
            ),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, cloud, owner, volume, target, words
    ):
        made = cloud.add_backup(volume)
        into = cloud.add_volume(cloud.shop, **{'size': 10, **target})
        assert refusal(owner.restore(made, volume_id=into)) == words
        assert owner.status('backup', made) == 'available'

    def test_one_that_is_not_available_is_refused(self, cloud, owner, volume):
        made = cloud.add_backup(volume, status='error')
        words = 'Invalid backup: Backup status must be available'
        assert refusal(owner.restore(made, volume_id=volume)) == words

    def test_one_that_fails_spoils_the_volume_alone(
        self, cloud, owner, volume
    ):
        made = cloud.add_backup(volume)
        cloud.cinder_backup.fails('bad block', 'restore', on=volume)
        owner.restore(made, volume_id=volume)
        assert owner.status('volume', volume) == 'error_restoring'
        assert owner.status('backup', made) == 'available'

    def test_a_volume_is_made_of_one_with_a_type_and_metadata(
        self, cloud, owner, volume
    ):
        made = cloud.add_backup(volume)
        cloud.cinder_backup.takes(1, 'restore')
        told = {'metadata': {'rey_step': 'x'}, 'volume_type': 'slow'}
        answer = owner.new_volume(backup_id=made, size=11, name='n', **told)
        assert answer.status_code == 202
        row = answer.json()['volume']
        assert row['status'] == 'creating'
        assert row['os-vol-tenant-attr:tenant_id'] == cloud.shop
        assert owner.status('backup', made) == 'restoring'
        assert refusal(owner.new_volume(backup_id=made, size=11)) == (
            'Invalid backup: Originating backup status must be one of '
            "'available' values"
        )
        cloud.advance(11)
        row = owner.row('volume', row['id'])
        assert (row['status'], row['size']) == ('available', 11)
        assert row['name'] == 'n'
        told['metadata']['src_backup_id'] = made
        assert told.items() <= row.items()
        assert content(cloud, 'volumes', row['id']) == 'monday'

    def test_metadata_of_the_source_replace_those_of_the_new_volume(
        self, cloud, owner, volume
    ):
        cloud.change('volumes', volume, metadata={'rey_step': 'old'})
        made = cloud.add_backup(volume)
        row = owner.new_volume(backup_id=made, metadata={'rey_step': 'new'})
        row = owner.row('volume', row.json()['volume']['id'])
        assert row['metadata'] == {'rey_step': 'old', 'src_backup_id': made}

    def test_a_volume_too_small_or_too_much_is_refused(
        self, cloud, owner, volume
    ):
        made = cloud.add_backup(volume)
        assert refusal(owner.new_volume(backup_id=made, size=9)) == (
            'Invalid input received: Volume size 9GB cannot be smaller than '
            'the backup size 10GB. It must be >= backup size.'
        )
        cloud.set_quota('block-storage', cloud.shop, gigabytes=15)
        words = (
            'Requested volume or snapshot exceeds allowed gigabytes quota. '
            'Requested 10G, quota is 15G and 10G has been consumed.'
        )
        assert words in refusal(owner.new_volume(backup_id=made), 413)
        assert words in refusal(owner.restore(made), 413)

    def test_others_may_use_it_only_as_administrators(
        self, cloud, stranger, outsider, volume
    ):
        made = cloud.add_backup(volume)
        answer = outsider.new_volume(backup_id=made)
        assert refusal(answer, 404) == f'Backup {made} could not be found.'
        assert outsider.restore(made).status_code == 404
        row = stranger.new_volume(backup_id=made).json()['volume']
        assert stranger.status('volume', row['id']) == 'available'


class TestForcing:
    def test_a_backup_is_reset_and_its_volume_is_not(
        self, cloud, owner, volume
    ):
        cloud.cinder_backup.hangs('backup')
        made = owner.backup(volume)
        answer = owner.act('backup', made, 'reset_status', status='error')
        assert answer.status_code == 202
        assert owner.status('backup', made) == 'error'
        assert owner.status('volume', volume) == 'backing-up'
        answer = owner.act('volume', volume, 'reset_status', status='in-use')
        assert 'does not have any attachments' in refusal(answer)
        told = {'status': 'available', 'attach_status': 'detached'}
        answer = owner.act('volume', volume, 'reset_status', **told)
        assert answer.status_code == 202
        assert owner.status('volume', volume) == 'available'

    def test_other_statuses_are_refused(self, cloud, owner, volume):
        made = cloud.add_backup(volume)
        answer = owner.act('backup', made, 'reset_status', status='creating')
        assert 'valid statuses are' in refusal(answer)
        answer = owner.act('volume', volume, 'reset_status', status='odd')
        assert 'is invalid' in refusal(answer)
        assert owner.status('backup', made) == 'available'

    def test_force_needs_a_driver_that_can(self, cloud, owner, volume):
        made = cloud.add_backup(volume, status='deleting')
        answer = owner.act('backup', made, 'force_delete')
        assert refusal(answer, 405) == (
            'Operation not supported: force delete.'
        )
        cloud.cinder_backup.can_force = True
        assert owner.act('backup', made, 'force_delete').status_code == 202
        assert not owner.status('backup', made)

    def test_a_backup_forced_away_while_it_is_made_is_not_there_again(
        self, cloud, owner, volume
    ):
        cloud.cinder_backup.can_force = True
        cloud.cinder_backup.takes(10, 'backup')
        made = owner.backup(volume)
        owner.act('backup', made, 'force_delete')
        assert not owner.status('backup', made)
        cloud.advance(1000)
        assert owner.status('volume', volume) == 'available'
        assert not owner.status('backup', made)

    @pytest.mark.parametrize('action', ['reset_status', 'force_delete'])
    @pytest.mark.parametrize('kind', ['backup', 'volume'])
    def test_it_takes_an_administrator(
        self, cloud, member, outsider, volume, kind, action
    ):
        row_id = volume if kind == 'volume' else cloud.add_backup(volume)
        told = {'status': 'error'} if action == 'reset_status' else {}
        answer = member.act(kind, row_id, action, **told)
        assert refusal(answer, 403) == (
            f"Policy doesn't allow volume_extension:{kind}_admin_actions:"
            f'{action} to be performed.'
        )
        assert outsider.act(kind, row_id, action, **told).status_code == 404


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
        assert refusal(owner.take_in(record)) == words
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
            after.pop(name, None)
            before.pop(name, None)
        for name in ('created_at', 'data_timestamp'):
            before[name] = f'{before[name][:19]}.000000'
        assert after == before
        cloud.change('volumes', volume, content='spoilt')
        owner.restore(made, volume_id=volume)
        cloud.settle()
        assert content(cloud, 'volumes', volume) == 'monday'

    def test_it_belongs_to_who_takes_it_in(
        self, cloud, stranger, owner, record
    ):
        made, record = record
        cloud.forget_backup(made)
        cloud.set_quota('block-storage', cloud.shop, backups=0)
        assert refusal(owner.take_in(record), 413)
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
        assert refusal(owner.take_in(told)) == (
            f'Invalid input received: {words}'
        )
        told['backup_url'] = '%%'
        assert "is not a 'base64'" in refusal(owner.take_in(told))

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
        assert refusal(owner.ask('GET', path)) == (
            'Invalid backup: Backup status must be available and not creating.'
        )

    def test_it_takes_an_administrator(self, member, record):
        made, record = record
        path = f'/backups/{made}/export_record'
        assert 'export-import' in refusal(member.ask('GET', path), 403)
        assert 'backup-import' in refusal(member.take_in(record), 403)


class TestSeeing:
    def test_members_see_their_own_whatever_they_ask(
        self, cloud, member, outsider, stranger, owner, volume
    ):
        made = cloud.add_backup(volume)
        for kind, row_id in (('backup', made), ('volume', volume)):
            for caller, count in (
                (member, 1),
                (outsider, 0),
                (stranger, 1),
            ):
                path = f'/{kind}s/detail?all_tenants=1&with_count=true'
                body = caller.get(path)
                assert len(body[f'{kind}s']) == body['count'] == count
            assert owner.get(f'/{kind}s')[f'{kind}s'][0]['id'] == row_id
            assert stranger.get(f'/{kind}s')[f'{kind}s'] == []
            path = f'/{kind}s/{row_id}'
            assert outsider.ask('GET', path).status_code == 404
            assert outsider.ask('DELETE', path).status_code == 404
        assert outsider.back_up(volume).status_code == 404
        name = 'os-backup-project-attr:project_id'
        assert name not in member.row('backup', made)
