"""How the names and values of a step's change stand on pages.

Steps and exports keep the names as the kind's code has them, sizes as numbers
of GiB and times as ISO text.
"""

from collections.abc import Callable
import dataclasses
import datetime

from django.utils.translation import gettext_lazy as _

from rey_dashboard.pages import times
from rey_dashboard.templatetags import rey


def _as_it_is(value):
    return value


@dataclasses.dataclass(frozen=True)
class Told:
    """Of one name.

    :param label: for people; nothing for the name itself
    :param form: words of a value, which may be None
    """

    label: str = ''
    form: Callable[[object], object] = _as_it_is


def time(value: object) -> object:
    """Of ISO text; any other words are told as they are."""
    try:
        return times.moment(datetime.datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return value


def _size(gib):
    return gib if gib is None else rey.size(gib)


SIZE = Told(_('size'), _size)
TIME = Told(form=time)
