"""Cinder's words of a failure, as Cinder 29 and its libraries write them."""

import pytest

from rey_dashboard.inventory import meanings

URL = 'http://swift:8080/v1/AUTH_8a/volumebackups/volume_1/20261117/az_1-00001'
#: Message -> a part of what it means; one at least for each meaning.
MESSAGES = {
    'incomplete backup reset on manager restart': 'was restarted',
    'Service not found for creating backup.': 'No cinder-backup',
    'Create backup aborted due to backup service is down.': (
        'cannot use its backup storage'
    ),
    'Delete backup is aborted due to backup service is down.': (
        'cannot use its backup storage'
    ),
    'Create backup aborted, expected volume status backing-up but got '
    'available.': 'changed the volume',
    'Create backup aborted, expected snapshot status backing-up but got '
    'available.': 'changed the volume',
    'Create backup aborted, expected backup status creating but got '
    'error.': 'reset the state',
    'Delete backup aborted, the backup service currently configured '
    '[cinder.backup.drivers.nfs.NFSBackupDriver] is not the backup service '
    'that was used to create this backup '
    '[cinder.backup.drivers.swift.SwiftBackupDriver].': 'driver was changed',
    'Invalid backup: Volume size increased since the last backup. Do a full '
    'backup.': 'was extended',
    'Invalid backup: Hash block size has changed since the last backup. New '
    'hash block size: 65536. Old hash block size: 32768. Do a full '
    'backup.': 'block size',
    f'Object PUT failed: {URL} 507 Insufficient Storage   '
    "b'<html><h1>Insufficient Storage</h1></html>'": 'is full: Swift',
    f'Object PUT failed: {URL} 413 Request Entity Too Large  [first 60 chars '
    "of response] b'<html><h1>Request Entity'": 'over its quota',
    f'Object PUT failed: {URL} 401 Unauthorized': 'token ran out',
    f'Object PUT failed: {URL} 503 Service Unavailable  [first 60 chars of '
    'response] <html>': 'could not keep',
    'Invalid backup: error writing object to swift, MD5 of object in swift '
    'a0 is not the same as MD5 of object sent to swift b1': 'not what was',
    'Connection to swift failed: [Errno 111] ECONNREFUSED': 'reach Swift',
    'S3 client error: An error occurred (AccessDenied) when calling the '
    'PutObject operation: Access Denied.': 'S3 store',
    'S3 connection failure: Could not connect to the endpoint URL': (
        'S3 store'
    ),
    'NFS mount failed for share nas:/backups. Error - {}': 'not mounted',
    "[Errno 28] No space left on device: '/var/lib/cinder/backup/1'": (
        'backups are kept is full'
    ),
    "[Errno 122] Disk quota exceeded: '/srv/backup'": 'are kept is full',
    "[Errno 116] Stale file handle: '/srv/backup'": 'forgotten',
    "[Errno 13] Permission denied: '/srv/backup'": 'may not write',
    "[Errno 30] Read-only file system: '/srv/backup'": 'may not write',
    '[Errno 5] Input/output error': 'has errors',
    '[errno 110] RADOS timed out (error connecting to the cluster)': (
        'reach Ceph'
    ),
    "Can't find base name image volume-1.backup.base.": 'Ceph has not',
    "Can't find snapshot from parent 1 and base name image 2.": 'Ceph has not',
    'Timed out waiting for a reply to message ID 6f0c2c1f.': 'message bus',
    'Bad or unexpected response from the storage volume backend API: Driver '
    'initialize connection failed (error: path lost).': 'be attached',
    'Volume device not found at /dev/disk/by-path/ip-10.0.0.1.': (
        'be attached'
    ),
    'Backup operation of an encrypted volume failed.': 'encrypted volume',
    'Maximum number of backups allowed (10) exceeded': 'quota of backups',
    'Requested backup exceeds allowed Backup gigabytes quota. Requested 4G, '
    'quota is 10G and 8G has been consumed.': 'quota of backups',
    'Volume 3f6b2c1a-77aa-4b4e-9c1e-0f1a2b3c4d5e could not be found.': (
        'was deleted'
    ),
    'Unexpected error while running command.\nCommand: sudo lvcreate\nExit '
    'code: 5\nStdout: \nStderr: insufficient free space': 'program',
}


@pytest.mark.parametrize(('message', 'words'), MESSAGES.items())
def test_a_real_message_has_its_meaning(message, words):
    assert words in meanings.of(message).words


def test_each_meaning_is_that_of_a_real_message():
    used = {meanings.of(message) for message in MESSAGES}
    assert used == set(meanings.MEANINGS)


@pytest.mark.parametrize('meaning', meanings.MEANINGS, ids=lambda m: m.pattern)
def test_each_meaning_has_a_remedy_and_a_source(meaning):
    assert meaning.remedy
    assert meaning.source.startswith('https://')


@pytest.mark.parametrize(
    'message', ['', 'The backup target did not answer within 120 s.', '🦄']
)
def test_what_is_not_known_has_no_meaning(message):
    assert meanings.of(message) is None
