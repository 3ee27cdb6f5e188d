"""Backups: what is refused and in which words, restores, and records."""

import base64
import json
import time

import pytest

PATIENCE_S = 120


@pytest.fixture(scope='module', autouse=True)
def tidied(side):
    with side.tidied():
        yield


def post(side, path, **body):
    return side.owner.attempt('POST', path, 'block-storage', body)


def refusal(answer):
    """Its status and words, without what differs from cloud to cloud."""
    ((_title, told),) = answer.json().items()
    assert told['code'] == answer.status_code
    return answer.status_code, told['message']


def row(side, kind, row_id):
    path = f'/{kind}s/{row_id}'
    return side.owner.ask('block-storage', path)[kind]


def rest(side, kind, row_id):
    """Waits until nothing is done to it any more."""
    end = time.monotonic() + PATIENCE_S
    while True:
        found = row(side, kind, row_id)
        if not found['status'].endswith(('ing', 'restoring-backup')):
            return found
        assert time.monotonic() < end, found
        time.sleep(0.2)


def back_up(side, volume_id, **told):
    body = {'volume_id': volume_id, **told}
    answer = post(side, '/backups', backup=body)
    assert answer.status_code == 202, answer.text
    backup_id = answer.json()['backup']['id']
    side.keep('backup', backup_id)
    assert rest(side, 'backup', backup_id)['status'] == 'available'
    return backup_id


def restored(side, backup_id, **told):
    answer = post(side, '/volumes', volume={'backup_id': backup_id, **told})
    assert answer.status_code == 202, answer.text
    volume_id = answer.json()['volume']['id']
    side.keep('volume', volume_id)
    return rest(side, 'volume', volume_id)


def test_an_incremental_one_needs_a_base_and_keeps_it(side):
    body = {'volume_id': side.new_volume('bare'), 'incremental': True}
    assert refusal(post(side, '/backups', backup=body)) == (
        400,
        'Invalid backup: No backups available to do an incremental backup.',
    )
    path = f'/backups/{side.backups[0]}'
    answer = side.owner.attempt('DELETE', path, 'block-storage')
    assert refusal(answer) == (
        400,
        'Invalid backup: Incremental backups exist for this backup.',
    )


def test_a_quota_that_is_full_is_told_with_its_numbers(side):
    path = f'/os-quota-sets/{side.project}'
    body = {'volume_id': side.new_volume('much'), 'force': True}
    try:
        for limit, words in (
            (
                'backups',
                'BackupLimitExceeded: Maximum number of backups allowed (0) '
                'exceeded',
            ),
            (
                'backup_gigabytes',
                'VolumeBackupSizeExceedsAvailableQuota: Requested backup '
                'exceeds allowed Backup gigabytes quota. Requested 1G, quota '
                'is 0G and ',
            ),
        ):
            told = {'backups': -1, 'backup_gigabytes': -1, limit: 0}
            # Below the use is refused, but for a first value.
            side.bare.attempt('DELETE', path, 'block-storage')
            side.bare.write('PUT', path, 'block-storage', {'quota_set': told})
            status, message = refusal(post(side, '/backups', backup=body))
            assert status == 413 and message.startswith(words)
    finally:
        side.bare.attempt('DELETE', path, 'block-storage')


def test_a_restore_brings_the_metadata_of_its_time_and_a_mark(side):
    source = side.new_volume('source')
    bare = back_up(side, source)
    side.tell_volume(source, of='source')
    full = back_up(side, source)
    told = {'metadata': {'of': 'target', 'mine': '1'}, 'size': 2}
    found = restored(side, bare, name='first', **told)
    assert (found['status'], found['name']) == ('available', 'first')
    assert found['metadata'] == {**told['metadata'], 'src_backup_id': bare}
    found = restored(side, full, name='second', **told)
    assert (found['size'], found['name']) == (2, 'second')
    assert found['metadata'] == {'of': 'source', 'src_backup_id': full}
    # Into the volume that it is of: without the mark.
    side.tell_volume(source, of='later', more='1')
    answer = post(
        side, f'/backups/{full}/restore', restore={'volume_id': source}
    )
    assert answer.json()['restore'] == {
        'backup_id': full,
        'volume_id': source,
        'volume_name': 'source',
    }
    rest(side, 'backup', full)
    assert rest(side, 'volume', source)['metadata'] == {'of': 'source'}


def test_what_does_not_fit_is_refused(side):
    backup_id = side.backups[0]
    body = {'backup_id': backup_id, 'size': 0}
    assert post(side, '/volumes', volume=body).status_code == 400
    answer = post(
        side,
        f'/backups/{backup_id}/restore',
        restore={'volume_id': '00000000-0000-4000-8000-000000000000'},
    )
    assert refusal(answer)[0] == 404


@pytest.mark.parametrize(
    ('kind', 'action'),
    [
        ('backup', {'os-reset_status': {'status': 'creating'}}),
        ('volume', {'os-reset_status': {'status': 'deleting'}}),
        ('volume', {'os-reset_status': {'status': 'in-use'}}),
        ('volume', {'os-reset_status': {'status': 'odd'}}),
        ('volume', {'os-reset_status': {}}),
        ('backup', {'os-nonsense': {}}),
    ],
)
def test_not_everything_can_be_reset(side, kind, action):
    row_id = side.backups[0] if kind == 'backup' else side.volumes[0]
    before = row(side, kind, row_id)['status']
    answer = side.bare.attempt(
        'POST', f'/{kind}s/{row_id}/action', 'block-storage', action
    )
    assert answer.status_code == 400, answer.text
    assert row(side, kind, row_id)['status'] == before


def test_resetting_mends_what_is_told(side):
    backup_id = back_up(side, side.new_volume('stuck'))
    for status in ('error', 'available'):
        side.bare.write(
            'POST',
            f'/backups/{backup_id}/action',
            'block-storage',
            {'os-reset_status': {'status': status}},
        )
        end = time.monotonic() + PATIENCE_S
        while row(side, 'backup', backup_id)['status'] != status:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_a_record_brings_a_deleted_row_back(side):
    volume_id = side.new_volume('recorded')
    told = {'name': 'kept', 'description': 'words', 'metadata': {'a': 'b'}}
    backup_id = back_up(side, volume_id, **told)
    before = row(side, 'backup', backup_id)
    record = side.owner.ask(
        'block-storage', f'/backups/{backup_id}/export_record'
    )
    answer = post(side, '/backups/import_record', **record)
    assert refusal(answer) == (
        400,
        'Invalid backup: Backup already exists in database.',
    )
    side.delete_backup(backup_id)
    answer = post(side, '/backups/import_record', **record)
    assert answer.status_code == 201
    assert answer.json()['backup']['id'] == backup_id
    side.keep('backup', backup_id)
    after = rest(side, 'backup', backup_id)
    assert after['updated_at'] > before['updated_at']
    for name in ('updated_at', 'user_id', 'links'):
        del after[name], before[name]
    # A record knows whole seconds only.
    for name in ('created_at', 'data_timestamp'):
        before[name] = f'{before[name][:19]}.000000'
    assert after == before


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (b'nonsense', "Can't parse backup record."),
        (b'{"size": 1}', 'Provided backup record is missing an id'),
        (b'{"id": "x"}', 'Provided backup record is missing size attribute'),
    ],
)
def test_a_record_of_nonsense_is_refused(side, text, words):
    told = {
        'backup_service': 'cinder.backup.drivers.posix.PosixBackupDriver',
        'backup_url': base64.b64encode(text).decode(),
    }
    answer = post(side, '/backups/import_record', **{'backup-record': told})
    assert refusal(answer) == (400, f'Invalid input received: {words}')


def test_a_record_holds_what_the_import_reads(side):
    record = side.owner.ask(
        'block-storage', f'/backups/{side.backups[1]}/export_record'
    )['backup-record']
    told = json.loads(base64.b64decode(record['backup_url']))
    shapes = {
        'id': side.backups[1],
        'parent_id': side.backups[0],
        'volume_id': side.volumes[0],
        'project_id': side.project,
        'size': 1,
        'status': 'available',
    }
    assert shapes.items() <= told.items()
    assert {'service_metadata', 'display_name', 'created_at'} <= set(told)
    assert told['service'] == record['backup_service']
