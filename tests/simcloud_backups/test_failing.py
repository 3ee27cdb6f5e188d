"""Backups that the simulated Cinder fails to make."""

import pytest
import requests

from tests.simcloud_backups import calls


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
        order = cloud.cinder_backup.hangs(work, calls.FAST)
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
        assert calls.refusal(answer, 404) == words
        told = {'status': 'available'}
        answer = owner.act('backup', made, 'reset_status', **told)
        assert calls.refusal(answer, 404) == words

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
