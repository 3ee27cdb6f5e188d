"""Backups of the simulated Cinder that build on others, and deleting."""

from tests.simcloud_backups import calls


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
        assert calls.refusal(owner.back_up(volume, incremental=True)) == words
        cloud.add_backup(volume, status='error')
        assert calls.refusal(owner.back_up(volume, incremental=True)) == words

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
        assert calls.refusal(answer) == (
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
        assert calls.refusal(owner.ask('DELETE', f'/backups/{made}')) == words
        cloud.advance(11)
        assert not owner.status('backup', made)

    def test_a_volume_with_snapshots_stays(self, cloud, owner, volume):
        cloud.add_snapshot(volume)
        words = calls.refusal(owner.ask('DELETE', f'/volumes/{volume}'))
        assert 'have snapshots' in words

    def test_one_that_fails_stays(self, cloud, owner, volume):
        made = cloud.add_backup(volume)
        cloud.cinder_backup.fails('no way', 'delete', status='error_deleting')
        owner.ask('DELETE', f'/backups/{made}')
        row = owner.row('backup', made)
        assert row['status'] == 'error_deleting'
        assert row['fail_reason'] == 'no way'
