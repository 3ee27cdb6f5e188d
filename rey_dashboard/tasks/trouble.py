"""What a fault means for a step: to try again, or not."""

import dataclasses
from email import utils as email_utils
import time

from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import faults

#: Nobody waits longer, whatever a Retry-After says.
LONGEST_PAUSE_S = 300
_TOO_MANY = (429,)
#: With a Retry-After; without one it is a quota that is full.
_TOO_MANY_OR_TOO_MUCH = 413
#: The service is away, or what it needs is.
_AWAY = (502, 503, 504)
#: That may be the service's fault or that of one thing; with 401 the service
#: user has a new password, or no role in one project.
_BROKE = (401, 408, 500)
#: Nothing answers, it breaks off, or a proxy answers in the service's place.
#: urllib's and requests' are OSErrors.
_UNREACHED = (
    faults.CutListing,
    ks_exceptions.ConnectionError,
    ks_exceptions.DiscoveryFailure,
    OSError,
)
#: All else is an error of the kind.
TOLD = (*faults.ALL, OSError)
_FULL = 'Its quota is full: raise it, or delete what is not needed, and retry.'
_NO_ANSWER = (
    'Look whether the service runs and whether the worker can reach it.'
)


@dataclasses.dataclass(frozen=True)
class Trouble:
    """A fault of one step.

    :param again: trying again may help
    :param of_service: all calls to the service would meet it now
    :param refused: the service turned the call down unseen: nothing happened
    :param pause_s: that the service asks for
    """

    words: str
    remedy: str = ''
    request_id: str = ''
    again: bool = False
    of_service: bool = False
    refused: bool = False
    pause_s: float = 0


def judge(error: BaseException) -> Trouble:
    explained = faults.explain(error)
    if isinstance(error, OSError) and not isinstance(error, faults.ALL):
        explained = dataclasses.replace(explained, remedy=_NO_ANSWER)
    status = _status(error)
    pause_s = _pause_s(error)
    refused = status in _TOO_MANY or (
        status == _TOO_MANY_OR_TOO_MUCH and pause_s > 0
    )
    if status == _TOO_MANY_OR_TOO_MUCH and not refused:
        explained = dataclasses.replace(explained, remedy=_FULL)
    of_service = (
        refused
        or status in _AWAY
        or isinstance(error, faults.Misconfigured)
        or (not status and isinstance(error, _UNREACHED))
    )
    return Trouble(
        # PostgreSQL stores none of these.
        words=explained.words.replace('\0', ''),
        remedy=explained.remedy,
        request_id=getattr(error, 'request_id', None) or '',
        again=of_service or status in _BROKE,
        of_service=of_service,
        refused=refused,
        pause_s=min(pause_s, LONGEST_PAUSE_S),
    )


def _status(error):
    """As each client names it; 0 when the fault is no answer."""
    for name in ('http_status', 'status_code', 'code'):
        status = getattr(error, name, None)
        if isinstance(status, int) and status:
            return status
    return 0


def _pause_s(error):
    """The clients tell seconds alone; the header may also hold a time."""
    told = getattr(error, 'retry_after', 0)
    if not told:
        answer = getattr(error, 'response', None)
        headers = getattr(answer, 'headers', None)
        headers = headers or getattr(error, 'headers', None) or {}
        told = headers.get('Retry-After') or 0
    try:
        return max(0, float(told))
    except ValueError:
        pass
    try:
        at = email_utils.parsedate_to_datetime(told)
    except ValueError:
        return 0
    return max(0, at.timestamp() - time.time())
