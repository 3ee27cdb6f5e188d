"""Asking with somebody's own token: once, and not for long.

Of that token nothing is kept or logged, and it is never exchanged for another.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
import dataclasses
import time
from typing import Any

from keystoneauth1 import access
from keystoneauth1 import adapter
from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1.identity import access as identity

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as session_

Version = tuple[int, int]
#: What a step may meet; requests' errors are OSErrors.
MET = (*faults.ALL, OSError)
#: What an answer of another shape raises when it is read.
_ODD = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclasses.dataclass(frozen=True)
class Who:
    """Somebody who has signed in already.

    :param catalog: of his token
    :param interface: of the endpoints that he uses
    :param verify: certificates, or the file of CAs
    """

    token: str = dataclasses.field(repr=False)
    catalog: Sequence[Mapping]
    project_id: str
    region: str
    interface: str
    verify: bool | str


class _Session(session_.Session):
    """Whose calls all end by one moment."""

    def __init__(self, until, **told):
        super().__init__(**told)
        self._until = until

    def invalidate(self, auth=None):
        """There is no other token: no call is made again."""
        return False

    def request(self, url, method, **kwargs):
        left = self._until - time.monotonic()
        if left <= 0:
            raise ks_exceptions.ConnectTimeout('The time for it is over.')
        return super().request(
            url, method, **{**kwargs, 'timeout': left, 'log': False}
        )


class Asker:
    """Asks services; not for several threads.

    :ivar request_ids: of the answers since they were last taken away
    """

    def __init__(self, who: Who, seconds: float):
        token = {'catalog': list(who.catalog)}
        if who.project_id:
            token['project'] = {'id': who.project_id}
        signed_in = access.AccessInfoV3({'token': token}, who.token)
        self._session = _Session(
            time.monotonic() + seconds,
            auth=identity.AccessInfoPlugin(signed_in),
            verify=who.verify,
            app_name='rey-dashboard',
        )
        self._session.session.trust_env = False
        self._who = who
        self._offered: dict[str, Version | None] = {}
        self.request_ids: list[str] = []

    def _service(self, service_type):
        return adapter.Adapter(
            self._session,
            service_type=service_type,
            interface=self._who.interface,
            region_name=self._who.region or None,
        )

    def version(self, service_type: str, most: Version) -> Version | None:
        """The newest that it offers, up to ``most``; none if it has none."""
        if service_type not in self._offered:
            found = self._service(service_type).get_endpoint_data()
            self._offered[service_type] = found and found.max_microversion
        offered = self._offered[service_type]
        return min(offered, most) if offered else None

    def get(self, service_type: str, path: str, most: Version) -> Any:
        """The answer's body.

        :param most: microversion; an older one when the service has no newer
        :raises keystoneauth1.exceptions.ClientException: no answer, or a
            refusal
        :raises faults.CloudFault: the answer is not of this service
        """
        version = self.version(service_type, most)
        told = {'microversion': '%d.%d' % version} if version else {}
        try:
            answer = self._service(service_type).get(path, **told)
        except ks_exceptions.HttpError as error:
            self._note(error.request_id)
            raise
        self._note(answer.headers.get('X-OpenStack-Request-ID'))
        try:
            return answer.json()
        except ValueError as error:
            raise _odd() from error

    def _note(self, request_id):
        if request_id:
            self.request_ids.append(request_id)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How one step went; without both an answer and an error not at all.

    :param request_ids: of the services' answers
    """

    answer: Any = None
    error: BaseException | None = None
    request_ids: Sequence[str] = ()


Steps = Mapping[str, Callable[[Asker, Mapping[str, Any]], Any]]


def ask(who: Who, steps: Steps, seconds: float) -> dict[str, Outcome]:
    """Takes the steps one by one and ends in time, whatever hangs.

    A step is given the asker and the answers so far, by name. Those that are
    left when the time is over are left out.
    """
    outcomes = {}
    asker = Asker(who, seconds)
    # A socket's time-out is for each piece of an answer, not for all of it.
    with_one = futures.ThreadPoolExecutor(1, 'rey-asking')
    try:
        work = with_one.submit(_work, asker, steps, outcomes)
        work.result(timeout=seconds)
    except futures.TimeoutError:
        pass
    finally:
        with_one.shutdown(wait=False)
    return dict(outcomes)


def _work(asker, steps, outcomes):
    answers = {}
    for name, step in steps.items():
        asker.request_ids = []
        error = None
        try:
            answers[name] = step(asker, answers)
        except MET as met:
            error = met
        except _ODD as met:
            error = _odd()
            error.__cause__ = met
        outcomes[name] = Outcome(answers.get(name), error, asker.request_ids)
        if isinstance(error, ks_exceptions.ConnectTimeout):
            # Nobody has any time but that of all.
            return


def _odd():
    return faults.CloudFault('The answer is not one of this service.')
