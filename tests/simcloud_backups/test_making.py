"""Backups that the simulated Cinder makes, and who sees them."""

import pytest

from tests.simcloud_backups import calls


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
        cloud.cinder_backup.takes(60, 'backup', calls.FAST)
        made = owner.backup(volume)
        cloud.advance(590)
        assert owner.status('volume', volume) == 'backing-up'
        row = owner.row('backup', made)
        assert (row['status'], row['object_count']) == ('creating', 0)
        assert calls.refusal(owner.back_up(volume)) == (
            'Invalid volume: Volume to be backed up must be available or '
            'in-use, but the current status is "backing-up".'
        )
        # Looked at late, it ended when it was due.
        cloud.advance(1000)
        row = owner.row('backup', made)
        assert row['status'] == 'available'
        assert calls.seconds_between(row, 'created_at', 'updated_at') == 600
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
        assert calls.refusal(owner.back_up(volume)) == (
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
        assert calls.seconds_between(row, 'data_timestamp', 'created_at') >= 60
        assert owner.status('snapshot', snapshot) == 'available'
        assert calls.content(cloud, 'backups', made) == 'monday'

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
        assert calls.refusal(answer, 413) == words
        assert answer.headers['Retry-After'] == '0'
        assert owner.status('volume', volume) == 'available'
        assert stranger.back_up(volume).status_code == 202

    def test_what_the_schema_does_not_know_is_refused(self, owner, volume):
        body = {'volume_id': volume, 'metadata': {}}
        old = owner.ask('POST', '/backups', '3.42', backup=body)
        assert "('metadata' was unexpected)" in calls.refusal(old)
        answer = owner.back_up(volume, description='x' * 256)
        assert 'is too long' in calls.refusal(answer)


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
