"""A thing as its service has it at this moment, asked with the user's rights.

Horizon's session has his token and catalog; nothing of it or of the answers
is kept.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
import time
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _t
from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.cloud import asking
from rey_dashboard.cloud import faults
from rey_dashboard.find import dossier
from rey_dashboard.inventory import meanings

#: For all that is asked for one page.
LIMIT_S = 5.0


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why nothing is told, in our words and in the service's."""

    words: str
    told: str = ''


@dataclasses.dataclass(frozen=True)
class Line:
    """Something that happened.

    :param is_bad: it went wrong
    :param pieces: what it consists of
    :param meaning: of its words
    """

    at: datetime.datetime | None
    words: str
    is_bad: bool = False
    request_id: str = ''
    pieces: Sequence['Line'] = ()
    meaning: meanings.Meaning | None = None


@dataclasses.dataclass
class Section:
    """What one question brought."""

    label: str
    facts: Sequence[dossier.Fact] = ()
    fault: dossier.Fault | None = None
    lines: Sequence[Line] = ()
    note: str = ''
    failure: Failure | None = None
    request_ids: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Live:
    """All of it, and how long it took."""

    service: str
    sections: Sequence[Section]
    asked_at: datetime.datetime
    seconds: float


class Kind:
    """What is asked of things of one kind.

    :cvar service: who is asked; of a kind that asks several, all of them
    """

    service: str

    def __init__(self, thing: dossier.Dossier):
        self.thing = thing
        self.request = thing.request

    def service_of(self, name: str) -> str:
        """Who is asked in that step."""
        return self.service

    def steps(self) -> asking.Steps:
        """By the names of methods that make sections of the answers."""
        raise NotImplementedError

    def label(self, name: str) -> str:
        raise NotImplementedError

    def main(self) -> str:
        """The step that asks for the thing itself."""
        return next(iter(self.steps()))

    def ask(self) -> Live:
        asked_at, begin = timezone.now(), time.monotonic()
        outcomes = asking.ask(who(self.request), self.steps(), LIMIT_S)
        seconds = time.monotonic() - begin
        sections = list(self._sections(outcomes))
        return Live(self.service, sections, asked_at, seconds)

    def _sections(self, outcomes: Mapping[str, asking.Outcome]) -> Iterator:
        late = None
        for name in self.steps():
            outcome = outcomes.get(name, asking.Outcome())
            section = Section(self.label(name))
            if name not in outcomes or isinstance(
                outcome.error, ks_exceptions.ConnectTimeout
            ):
                late = late or self.service_of(name)
                section.failure = _late(self.service_of(name), late)
            elif outcome.error:
                section.failure = self._failure(name, outcome.error)
            else:
                getattr(self, name)(section, outcome.answer)
            section.request_ids = outcome.request_ids
            yield section

    def _failure(self, name, error) -> Failure:
        told = faults.explain(error).words
        service = {'service': self.service_of(name)}
        for kinds, words in _failures():
            if isinstance(error, kinds):
                return Failure(words % service, told)
        if not isinstance(error, ks_exceptions.NotFound):
            words = _t('%(service)s cannot be asked, or did not understand.')
        elif name != self.main():
            words = _t('%(service)s has none of it.')
        elif self._is_mine:
            words = _t('%(service)s does not know it any more.')
        else:
            words = _t(
                '%(service)s does not know it any more, or does not show it '
                'to you: you are signed in to another project.'
            )
        return Failure(words % service, told)

    @property
    def _is_mine(self):
        """Whether the service would show it to him if it were there."""
        user = self.request.user
        return user.is_superuser or (user.project_id == self.thing.project_id)


def _late(service, first):
    """Whoever is late first leaves no time for the others."""
    words = _t('%(service)s did not answer within %(limit)d seconds.')
    if service != first:
        words = _t('%(service)s was not asked: %(first)s took all the time.')
    told = {'service': service, 'first': first, 'limit': LIMIT_S}
    return Failure(words % told)


def _failures():
    return (
        (
            ks_exceptions.Unauthorized,
            _t('Your session is over for %(service)s. Sign out and in again.'),
        ),
        (
            ks_exceptions.Forbidden,
            _t('You may not ask that: %(service)s refuses it to your roles.'),
        ),
        (
            ks_exceptions.CatalogException,
            _t('Your catalog has no %(service)s in this region.'),
        ),
        (
            ks_exceptions.HttpServerError,
            _t('%(service)s is down, or broke while it answered.'),
        ),
        (
            (ks_exceptions.ConnectionError, OSError),
            _t('%(service)s is down, or Horizon cannot reach it.'),
        ),
        (
            faults.CloudFault,
            _t('What answered in the place of %(service)s is something else.'),
        ),
    )


def who(request) -> asking.Who:
    user = request.user
    verify = settings.OPENSTACK_SSL_CACERT or True
    return asking.Who(
        token=user.token.id,
        catalog=user.service_catalog or (),
        project_id=user.project_id or '',
        region=user.services_region or '',
        interface=settings.OPENSTACK_ENDPOINT_TYPE,
        verify=not settings.OPENSTACK_SSL_NO_VERIFY and verify,
    )


def compared(label: str, value: Any, collected: Any) -> dossier.Fact:
    """Says so where something else was collected."""
    if value and collected and value != collected:
        told = {'now': value, 'then': collected}
        value = _t('%(now)s; when it was collected: %(then)s') % told
    return dossier.Fact(label, value)
