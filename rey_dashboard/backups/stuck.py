"""Which backups Cinder has left in the middle, and what they can be set to."""

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _t

from rey_dashboard.inventory import models
from rey_dashboard.pages import times

#: Cinder changes a backup's row at the begin and at the end only.
STUCK_AFTER = datetime.timedelta(hours=6)
MAKING, RESTORING, DELETING = 'creating', 'restoring', 'deleting'
UNDELETED = 'error_deleting'
AVAILABLE, ERROR = 'available', 'error'
#: A cinder-backup may be at it.
UNDER_WAY = (MAKING, RESTORING, DELETING)
STATES = (*UNDER_WAY, UNDELETED)


def fitting(status: str) -> str:
    """What one is, of which nobody is at that any more.

    As cinder-backup does it when it starts (29, ``backup/manager.py``): while
    it is restored it is whole.
    """
    return AVAILABLE if status == RESTORING else ERROR


def since(row: models.Backup) -> datetime.datetime:
    return row.updated_at or row.created_at


def why_not(row: models.Backup, looked: bool) -> str:
    """Why it must be left alone; nothing where it is stuck.

    :param looked: somebody says that no cinder-backup is at it
    """
    if row.status not in STATES:
        return _t('It is not stuck: it is %s.') % row.status
    if row.status not in UNDER_WAY or looked:
        return ''
    if timezone.now() - since(row) < STUCK_AFTER:
        return _t('It may still be worked on: it is so since %s.') % (
            times.moment(since(row))
        )
    return ''
