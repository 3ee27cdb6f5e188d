"""Backups that the simulated Cinder restores."""

import pytest

from tests.simcloud_backups import calls


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
        assert calls.content(cloud, 'volumes', target) == 'old'
        cloud.advance(11)
        row = owner.row('volume', target)
        assert (row['status'], row['name']) == ('available', 't')
        assert row['metadata'] == {'of': 'monday', 'src_backup_id': made}
        assert calls.content(cloud, 'volumes', target) == 'monday'
        assert owner.status('backup', made) == 'available'

    def test_into_its_own_volume_it_leaves_no_mark(self, cloud, owner, volume):
        made = cloud.add_backup(volume)
        cloud.change('volumes', volume, content='spoilt', metadata={'a': 'b'})
        owner.restore(made, volume_id=volume)
        assert owner.row('volume', volume)['metadata'] == {'a': 'b'}
        assert calls.content(cloud, 'volumes', volume) == 'monday'

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
        assert calls.content(cloud, 'volumes', row['id']) == 'monday'

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
        assert calls.refusal(owner.restore(made, volume_id=into)) == words
        assert owner.status('backup', made) == 'available'

    def test_one_that_is_not_available_is_refused(self, cloud, owner, volume):
        made = cloud.add_backup(volume, status='error')
        words = 'Invalid backup: Backup status must be available'
        assert calls.refusal(owner.restore(made, volume_id=volume)) == words

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
        assert calls.refusal(owner.new_volume(backup_id=made, size=11)) == (
            'Invalid backup: Originating backup status must be one of '
            "'available' values"
        )
        cloud.advance(11)
        row = owner.row('volume', row['id'])
        assert (row['status'], row['size']) == ('available', 11)
        assert row['name'] == 'n'
        told['metadata']['src_backup_id'] = made
        assert told.items() <= row.items()
        assert calls.content(cloud, 'volumes', row['id']) == 'monday'

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
        assert calls.refusal(owner.new_volume(backup_id=made, size=9)) == (
            'Invalid input received: Volume size 9GB cannot be smaller than '
            'the backup size 10GB. It must be >= backup size.'
        )
        cloud.set_quota('block-storage', cloud.shop, gigabytes=15)
        words = (
            'Requested volume or snapshot exceeds allowed gigabytes quota. '
            'Requested 10G, quota is 15G and 10G has been consumed.'
        )
        assert words in calls.refusal(owner.new_volume(backup_id=made), 413)
        assert words in calls.refusal(owner.restore(made), 413)

    def test_others_may_use_it_only_as_administrators(
        self, cloud, stranger, outsider, volume
    ):
        made = cloud.add_backup(volume)
        answer = outsider.new_volume(backup_id=made)
        assert (
            calls.refusal(answer, 404) == f'Backup {made} could not be found.'
        )
        assert outsider.restore(made).status_code == 404
        row = stranger.new_volume(backup_id=made).json()['volume']
        assert stranger.status('volume', row['id']) == 'available'
