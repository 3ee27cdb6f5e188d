"""What Cinder's words of a failed backup usually mean.

The words are those of ``fail_reason``. Cinder 29 writes the text of whatever
exception ended the backup into it (``backup/manager.py``, ``create_backup``
and ``continue_backup``), so they are Cinder's own, its driver's, or those of
a library. They are never translated: the log has them in English, too.
"""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
import functools
import re

from django.utils.translation import gettext_lazy as _

_CINDER = 'https://opendev.org/openstack/cinder/src/tag/29.0.0/cinder/'
_MANAGER = f'{_CINDER}backup/manager.py'
_CHUNKED = f'{_CINDER}backup/chunkeddriver.py'
_SWIFT = f'{_CINDER}backup/drivers/swift.py'
_CEPH = f'{_CINDER}backup/drivers/ceph.py'
_ERRNO = 'https://docs.python.org/3/library/errno.html'
_DOCS = 'https://docs.openstack.org/'


@dataclasses.dataclass(frozen=True)
class Meaning:
    """What a message usually means.

    :param pattern: a regular expression that is in the message, in any case
    :param words: one sentence
    :param remedy: what to do, or where to look next
    :param source: where the message comes from, or is told of
    """

    pattern: str
    words: str
    remedy: str
    source: str


def finder(known: Sequence[Meaning]) -> Callable[[str], Meaning | None]:
    """What tells of a message what it means; None of one not known here.

    :param known: the first that fits counts
    """
    found = tuple(
        (re.compile(meaning.pattern, re.IGNORECASE), meaning)
        for meaning in known
    )

    @functools.lru_cache(maxsize=1024)
    def of(message: str) -> Meaning | None:
        return next(
            (meaning for fits, meaning in found if fits.search(message)), None
        )

    return of


#: The first that fits counts: what says more stands first.
MEANINGS = (
    Meaning(
        r'incomplete backup reset on manager restart',
        _('cinder-backup was restarted while it made this backup.'),
        _('Nothing is broken: make the backup again.'),
        _MANAGER,
    ),
    Meaning(
        r'Service not found for creating backup',
        _('No cinder-backup could take it, in its zone or at all.'),
        _(
            'Look at the services’ state and zone: '
            'openstack volume service list --service cinder-backup'
        ),
        f'{_CINDER}scheduler/manager.py',
    ),
    Meaning(
        r'backup aborted due to backup service is down|'
        r'backup is aborted due to backup service is down',
        _('cinder-backup runs, but cannot use its backup storage.'),
        _(
            'Look in the log of cinder-backup for the first error after its '
            'start: the store cannot be reached or mounted, or its settings '
            'are wrong.'
        ),
        _MANAGER,
    ),
    Meaning(
        r'aborted, expected (volume|snapshot) status',
        _('Something else changed the volume before the backup began.'),
        _(
            'Often a second backup, or somebody who reset the state. Make the '
            'backup again when the volume is available or in-use.'
        ),
        _MANAGER,
    ),
    Meaning(
        r'backup aborted, expected backup status',
        _('Somebody reset the state of the backup while it was at work.'),
        _('Make the backup again.'),
        _MANAGER,
    ),
    Meaning(
        r'is not the backup service that was used to create this backup',
        _('The backup driver was changed since this backup was made.'),
        _(
            'Only the driver that made it can delete it: run a cinder-backup '
            'with the former driver until such backups are gone.'
        ),
        _MANAGER,
    ),
    Meaning(
        r'Volume size increased since the last backup',
        _('The volume was extended: an incremental backup cannot follow.'),
        _('Make a full backup; incremental ones can build on it then.'),
        _CHUNKED,
    ),
    Meaning(
        r'Hash block size has changed since the last backup',
        _('A setting of the backup driver was changed: its block size.'),
        _('Make a full backup, or set the block size back.'),
        _CHUNKED,
    ),
    Meaning(
        r'Object PUT failed.* 507 |Insufficient Storage',
        _('The object store is full: Swift answers 507.'),
        _(
            'Add disks to Swift, or delete old backups. Look at the full '
            'ones with: swift-recon --diskusage'
        ),
        f'{_DOCS}swift/latest/admin_guide.html',
    ),
    Meaning(
        r'Object PUT failed.* 413 ',
        _('The account or the container in Swift is over its quota.'),
        _(
            'Raise the quota of the account that backups go to, or delete '
            'old backups.'
        ),
        f'{_DOCS}swift/latest/middleware.html',
    ),
    Meaning(
        r'(Object|Container) (PUT|POST|GET|HEAD) failed.* 40[13] ',
        _('Swift refuses: the token ran out, or the user has no right.'),
        _(
            'A long backup outlives a token of the user; give cinder-backup '
            'an account of its own (backup_swift_auth = single_user) or let '
            'service tokens count.'
        ),
        f'{_DOCS}cinder/latest/configuration/block-storage/backup/'
        'swift-backup-driver.html',
    ),
    Meaning(
        r'Object PUT failed.* 503 |Service Unavailable',
        _('The object store could not keep the data at that time.'),
        _('Look in Swift’s proxy log: storage nodes are down or full.'),
        _SWIFT,
    ),
    Meaning(
        r'error writing object to swift, MD5',
        _('What Swift has is not what was sent.'),
        _(
            'Make the backup again. When it comes back, look for a proxy that '
            'changes data, or for bad memory or disks.'
        ),
        _SWIFT,
    ),
    Meaning(
        r'Connection to swift failed|python-swiftclient not found',
        _('cinder-backup cannot reach Swift.'),
        _(
            'From the host of cinder-backup try the address of '
            'backup_swift_url; look at the load balancer and at Swift’s '
            'proxies.'
        ),
        _SWIFT,
    ),
    Meaning(
        r'S3 (client error|connection failure)',
        _('The S3 store refuses or cannot be reached.'),
        _(
            'The rest of the message has the store’s own word. Look at '
            'backup_s3_endpoint_url, the keys, and the bucket’s quota.'
        ),
        f'{_CINDER}backup/drivers/s3.py',
    ),
    Meaning(
        r'NFS mount failed for share|No mounted NFS shares found',
        _('The NFS share for backups is not mounted.'),
        _(
            'On the host of cinder-backup try: showmount -e SERVER, and mount '
            'the share by hand; look at backup_share.'
        ),
        'https://opendev.org/openstack/os-brick/src/branch/master/os_brick/'
        'remotefs/remotefs.py',
    ),
    Meaning(
        r'\[errno (28|122)\]|No space left on device|Disk quota exceeded',
        _('The place where backups are kept is full.'),
        _(
            'Look with df on the host of cinder-backup (backup_posix_path, or '
            'the mounted share), or with ceph df. Make room or add some.'
        ),
        _ERRNO,
    ),
    Meaning(
        r'\[errno 116\]|Stale (NFS )?file handle',
        _('The NFS server has forgotten the share that is mounted.'),
        _('Mount the share anew on that host, then restart cinder-backup.'),
        _ERRNO,
    ),
    Meaning(
        r'\[errno (13|30)\]|Read-only file system|Permission denied',
        _('cinder-backup may not write there.'),
        _(
            'Look at owner and rights of the path in the message, and whether '
            'it is mounted read-only; a disk with errors becomes so.'
        ),
        _ERRNO,
    ),
    Meaning(
        r'\[errno 5\]|Input/output error',
        _('A disk, or the way to it, has errors.'),
        _(
            'Look at dmesg on the host of cinder-backup: the volume’s disk or '
            'that of the backups.'
        ),
        _ERRNO,
    ),
    Meaning(
        r'error connecting to the cluster|RADOS timed out|\bmonclient\b',
        _('cinder-backup cannot reach Ceph.'),
        _(
            'On its host try: ceph -s --id cinder-backup (the user of '
            'backup_ceph_user, with its key). Look at the monitors and the '
            'network to them.'
        ),
        f'{_DOCS}cinder/latest/configuration/block-storage/backup/'
        'ceph-backup-driver.html',
    ),
    Meaning(
        r'Can.t find (base name image|snapshot from parent)|'
        r'RBD image not found|Backup RBD operation failed',
        _('Ceph has not what an incremental backup builds on.'),
        _('Make a full backup of the volume.'),
        _CEPH,
    ),
    Meaning(
        r'Timed out waiting for a reply',
        _('Another service of Cinder did not answer over the message bus.'),
        _(
            'Look whether cinder-volume of the volume’s back end is up and '
            'not busy, and at RabbitMQ: queues that grow, partitions.'
        ),
        f'{_DOCS}oslo.messaging/latest/configuration/opts.html',
    ),
    Meaning(
        r'initialize connection failed|'
        r'Volume device not found at|Could not find any paths',
        _('The volume could not be attached to the host of cinder-backup.'),
        _(
            'The fault is with the volume’s back end or the way to it, not '
            'with the backup storage: look at the log of cinder-volume, and '
            'at iSCSI or Fibre Channel on the host of cinder-backup.'
        ),
        _MANAGER,
    ),
    Meaning(
        r'Backup operation of an encrypted volume failed',
        _('The key of the encrypted volume could not be used.'),
        _('Look at Barbican, and whether cinder-backup may read the key.'),
        _CEPH,
    ),
    Meaning(
        r'Maximum number of backups allowed|'
        r'exceeds allowed Backup gigabytes quota|Quota exceeded',
        _('The project’s quota of backups is used up.'),
        _(
            'Raise it, or delete old backups: '
            'openstack quota set --backups N --backup-gigabytes N PROJECT'
        ),
        f'{_CINDER}exception.py',
    ),
    Meaning(
        r'Volume [0-9a-f-]{36} could not be found',
        _('The volume was deleted while it was backed up.'),
        _('Nothing to do but to delete this backup.'),
        f'{_CINDER}exception.py',
    ),
    Meaning(
        r'Unexpected error while running command',
        _('A program that Cinder runs on its host has failed.'),
        _(
            'The message goes on with the command and what it said (Stderr): '
            'run it by hand on that host.'
        ),
        f'{_DOCS}oslo.concurrency/latest/reference/processutils.html',
    ),
)
of = finder(MEANINGS)
