"""How single times stand in words of ours, in the time zone of who reads."""

import datetime

from django.utils import formats
from django.utils import timezone
from django.utils.translation import gettext as _t


def moment(at: datetime.datetime) -> str:
    """To the minute, and with its zone."""
    return formats.date_format(timezone.localtime(at), 'Y-m-d H:i T')


def until(at: datetime.datetime) -> str:
    """An end: where a day is over then, that day is what was asked for."""
    local = timezone.localtime(at)
    if local.time() != datetime.time():
        return moment(at)
    day = local.date() - datetime.timedelta(days=1)
    return _t('the end of %s') % formats.date_format(day, 'Y-m-d')
