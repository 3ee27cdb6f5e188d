"""States of servers, volumes and backups in plain words.

Nova's are those of its ``api/openstack/common.py`` (34), Cinder's those of
its ``objects/fields.py`` (29).
"""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

SERVERS = {
    'ACTIVE': _('It runs, as Nova sees it.'),
    'BUILD': _('It is being made.'),
    'DELETED': _('It is deleted.'),
    'ERROR': _('Nova gave up on it: somebody has to look.'),
    'HARD_REBOOT': _('It is switched off and on again.'),
    'MIGRATING': _('It is on its way to another host and goes on running.'),
    'PASSWORD': _('Its password is being set.'),
    'PAUSED': _('It stands still, in the memory of its host.'),
    'REBOOT': _('It starts anew.'),
    'REBUILD': _('It is made anew from an image.'),
    'RESCUE': _('It runs from another disk, to be mended.'),
    'RESIZE': _('It gets another size, or moves to another host.'),
    'REVERT_RESIZE': _('It goes back to its size and host of before.'),
    'SHELVED': _('It is put away as an image.'),
    'SHELVED_OFFLOADED': _('It is put away as an image and takes up no host.'),
    'SHUTOFF': _('It is switched off.'),
    'SOFT_DELETED': _('It is deleted, and can still be brought back.'),
    'SUSPENDED': _('It stands still, with its memory on the disk.'),
    'UNKNOWN': _('Nova cannot reach the cell that it is in.'),
    'VERIFY_RESIZE': _('It waits for its owner to confirm its new size.'),
}
VOLUMES = {
    'attaching': _('It is being attached to a server.'),
    'available': _('It is whole, and attached to nothing.'),
    'backing-up': _('A backup of it is being made.'),
    'creating': _('It is being made.'),
    'deleting': _('It is being deleted.'),
    'detaching': _('It is being taken from its server.'),
    'downloading': _('An image is being copied onto it.'),
    'error': _('Cinder gave up on it: somebody has to look.'),
    'error_backing-up': _('A backup of it failed and left it like this.'),
    'error_deleting': _('It could not be deleted.'),
    'error_extending': _('It could not be made larger.'),
    'error_restoring': _('Restoring it failed: what is on it is not whole.'),
    'extending': _('It is being made larger.'),
    'in-use': _('It is attached to a server.'),
    'maintenance': _('An administrator works on it; it is locked.'),
    'reserved': _('It is kept for a server that is about to get it.'),
    'restoring-backup': _('A backup is being written over it.'),
    'retyping': _('It is getting another type.'),
    'uploading': _('It is being copied into an image.'),
}
BACKUPS = {
    'available': _('It is finished.'),
    'creating': _('It is being made.'),
    'deleting': _('It is being deleted.'),
    'error': _('It failed: nothing can be restored from it.'),
    'error_deleting': _('It could not be deleted.'),
    'restoring': _('It is being restored.'),
}


def of(words: dict, state: str) -> str:
    """A sentence; for a state that is not known here, that one."""
    known = words.get(state)
    return str(known) if known else _t('Its state is %s.') % state
