"""What administrators force upon the simulated Cinder."""

import pytest

from tests.simcloud_backups import calls


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
        assert 'does not have any attachments' in calls.refusal(answer)
        told = {'status': 'available', 'attach_status': 'detached'}
        answer = owner.act('volume', volume, 'reset_status', **told)
        assert answer.status_code == 202
        assert owner.status('volume', volume) == 'available'

    def test_other_statuses_are_refused(self, cloud, owner, volume):
        made = cloud.add_backup(volume)
        answer = owner.act('backup', made, 'reset_status', status='creating')
        assert 'valid statuses are' in calls.refusal(answer)
        answer = owner.act('volume', volume, 'reset_status', status='odd')
        assert 'is invalid' in calls.refusal(answer)
        assert owner.status('backup', made) == 'available'

    def test_force_needs_a_driver_that_can(self, cloud, owner, volume):
        made = cloud.add_backup(volume, status='deleting')
        answer = owner.act('backup', made, 'force_delete')
        assert calls.refusal(answer, 405) == (
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
        assert calls.refusal(answer, 403) == (
            f"Policy doesn't allow volume_extension:{kind}_admin_actions:"
            f'{action} to be performed.'
        )
        assert outsider.act(kind, row_id, action, **told).status_code == 404
