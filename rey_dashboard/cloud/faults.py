"""What can go wrong with a cloud, in plain words with the way out.

The clients raise from four families of exceptions; :data:`ALL` catches them,
:func:`explain` turns one into words for a page. Neither ever holds a token:
the clients put URLs, statuses and the service's message into theirs.
"""

import dataclasses
import re

from cinderclient import exceptions as cinder_exceptions
from keystoneauth1 import exceptions as ks_exceptions
from novaclient import exceptions as nova_exceptions
from openstack import exceptions as sdk_exceptions


class CloudFault(Exception):
    """A fault that already knows its words and its remedy."""

    def __init__(self, words: str, remedy: str = ''):
        super().__init__(words)
        self.remedy = remedy


class Misconfigured(CloudFault):
    """The worker's own settings are wrong or missing."""


class TooOld(CloudFault):
    def __init__(self, service_type, needed, offered):
        have = '.'.join(map(str, offered)) if offered else 'none'
        super().__init__(
            f'The {service_type} service offers microversion {have}; '
            f'{needed} is needed.',
            f'Upgrade the {service_type} service.',
        )


class CutListing(CloudFault):
    """Not all came that was asked for; nothing may be called gone.

    A listing ended early, or a proxy answered in the service's place.
    """


ALL = (
    CloudFault,
    ks_exceptions.ClientException,
    nova_exceptions.ClientException,
    nova_exceptions.UnsupportedVersion,
    cinder_exceptions.ClientException,
    cinder_exceptions.UnsupportedVersion,
    sdk_exceptions.SDKException,
)

#: A project of the listing is unknown to the service by now.
NOT_FOUND = (
    ks_exceptions.NotFound,
    nova_exceptions.NotFound,
    cinder_exceptions.NotFound,
)
BAD_REQUEST = (
    ks_exceptions.BadRequest,
    nova_exceptions.BadRequest,
    cinder_exceptions.BadRequest,
)


@dataclasses.dataclass(frozen=True)
class Explanation:
    """A fault for people: what happened, and what to do."""

    words: str
    remedy: str


_TOO_MANY = (
    'The service, or a proxy before it, lets nobody ask so often. Raise the '
    'limit for the service user, or ask less: PARALLEL_CALLS and '
    'COLLECT_EVERY_S in REY_DASHBOARD.'
)
_OVERLOADED = (
    'The service is overloaded, restarts or is down behind its proxy. Look '
    'whether its processes run, and into its log.'
)
_REMEDIES = (
    (
        (ks_exceptions.Unauthorized,),
        'The service user or its password is wrong, or it lacks a role on '
        "the project that it signs in to. Check the worker's clouds.yaml "
        'entry with: openstack --os-cloud NAME token issue',
    ),
    (
        (
            ks_exceptions.Forbidden,
            nova_exceptions.Forbidden,
            cinder_exceptions.Forbidden,
        ),
        'The service user lacks a right: it needs the role admin on the '
        'project that it signs in to.',
    ),
    (
        (ks_exceptions.EndpointNotFound,),
        'The catalog has no such endpoint in this region. Is region_name in '
        "the worker's clouds.yaml right? Look at: openstack catalog list",
    ),
    (
        (ks_exceptions.ConnectTimeout,),
        'The service did not answer in time. Look whether it is overloaded '
        'or hangs.',
    ),
    (
        (ks_exceptions.UnknownConnectionError,),
        'The connection broke in the middle of an answer. Look whether the '
        'service or a proxy before it was restarted or gives up too soon.',
    ),
    (
        (ks_exceptions.ConnectionError,),
        "Nothing answers at the service's address. Look whether it runs "
        'and whether the worker can reach it.',
    ),
)
_OF_STATUS = {
    413: _TOO_MANY,
    429: _TOO_MANY,
    500: 'The service broke while it answered. Look into its log for the '
    'request id shown here. Nova breaks so, too, when Neutron, Placement or '
    "a cell's database does not answer it.",
    502: _OVERLOADED,
    503: _OVERLOADED,
    504: _OVERLOADED,
}


def explain(error: BaseException) -> Explanation:
    """The fault in the service's words, shortened, with a remedy."""
    words = _one_line(_told(error)) or type(error).__name__
    if isinstance(error, CloudFault):
        return Explanation(words, error.remedy)
    for kinds, remedy in _REMEDIES:
        if isinstance(error, kinds):
            return Explanation(words, remedy)
    if isinstance(error, ALL):
        status = getattr(error, 'http_status', getattr(error, 'code', None))
        return Explanation(
            words,
            _OF_STATUS.get(
                status,
                "Look into the service's log for the request id shown here.",
            ),
        )
    return Explanation(
        words,
        "The dashboard itself broke here. Look into the worker's log, and "
        'report it with what stands there.',
    )


def _told(error):
    """With the service's own message, which keystoneauth 5.18 overlooks.

    It reads ``error`` and ``errors`` alone; Nova and Cinder call it
    ``forbidden`` or ``badRequest``, Neutron ``NeutronError``.
    """
    words = str(error)
    if not isinstance(error, ks_exceptions.HttpError):
        return words
    try:
        (told,) = error.response.json().values()
    except (AttributeError, ValueError):
        # No answer, none in JSON, or another shape.
        return words
    message = told.get('message') if isinstance(told, dict) else told
    if not isinstance(message, str) or message in words:
        return words
    _overlooked, mark, of_call = words.partition(' (HTTP ')
    return f'{message}{mark}{of_call}'


#: urllib3's inner view of a failed connection, and the one useful part of it.
_POOL = re.compile(r': \w*Pool\(.*')
_CAUSE = re.compile(r'\[Errno -?\d+\] [\w ]+')
#: keystoneauth's words for what requests tells twice.
_BROKEN = re.compile(r"^Unexpected exception for (\S+): \('?([^,(]*).*")


def _one_line(text, longest=600):
    text = re.sub(r'\s+', ' ', text).strip()
    cause = _CAUSE.search(text)
    text = _BROKEN.sub(r'\1: \2', text)
    text = _POOL.sub(f' ({cause.group()})' if cause else '', text)
    return text if len(text) <= longest else text[: longest - 1] + '…'
