"""What a page tells in a bug report: no names, no secrets, no addresses.

Only what is known to be harmless is let in; nothing is filtered out. It is
not translated: who gets it may speak another language.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import functools
from importlib import metadata
import platform
import re
from typing import Any

import django
from django.core import exceptions
from django.db.models import OuterRef
from django.db.models import Subquery
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import models
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.inventory import told_releases
from rey_dashboard.pages import exports
from rey_dashboard.policy import data
from rey_dashboard.policy import update

OURS = 'rey-dashboard'
#: Beside the fields of the page's filter.
_PARAMETERS = frozenset({'sort', 'page', 'format', 'chosen', 'q'})
_UUID = r'[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}'
_REQUEST_ID = re.compile(f'req-{_UUID}')
_ID = re.compile(f'[0-9]{{1,18}}|{_UUID}')
#: A version; an address has more dots.
_NUMBER = re.compile(r'v?[0-9]{1,3}(\.[0-9]{1,3})?')
#: In a pattern of an address, with or without its converter.
_VALUE = re.compile(r'<(?:\w+:)?(\w+)>')
#: What a middleware before us may call the request's own id.
_OWN_IDS = ('openstack.request_id', 'HTTP_X_OPENSTACK_REQUEST_ID')
_MOST = 20
_SERVICE_TYPES = frozenset(told_releases.TYPES) | {
    *('network', 'object-store', 'orchestration', 'load-balancer'),
    *('key-manager', 'dns', 'metric', 'alarm', 'instance-ha'),
}


@dataclasses.dataclass(frozen=True)
class Report:
    """Of one page, made when it is shown.

    :param scope: none where the page is closed
    :param view: none where no data can be read
    """

    request: Any
    scope: scope_.Scope | None = None
    fresh: freshness.Freshness | None = None
    view: Any = None

    @property
    def tracker(self) -> str:
        return tracker()

    @property
    def text(self) -> str:
        return '\n'.join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f'At: {_time(timezone.now())}'
        yield from _indented('Versions', self._versions())
        yield f'Page: {self.request.method} {self._path()}'
        yield from _indented('With', self._query())
        if self.fresh:
            yield from _indented('Data', self._ages())
        yield from _indented('Request ids', self._request_ids())

    def _versions(self):
        yield f'rey_dashboard {_version(OURS)}'
        if not self.scope or not self.scope.is_whole:
            return
        yield f'Horizon {_version("horizon")}'
        yield f'Django {django.get_version()}'
        yield f'Python {platform.python_version()}'
        if self.view and self._sees(update.READ):
            yield from _of_cloud(self.scope.region)

    def _sees(self, rule):
        """Whether its page would tell him, too."""
        try:
            return scope_.of(self.request, rule).is_whole
        except exceptions.PermissionDenied:
            return False

    def _path(self):
        match = self.request.resolver_match
        if not match:
            return 'unknown'

        def value(found):
            name = found[1]
            told = str(match.kwargs.get(name, ''))
            return told if _ID.fullmatch(told) else f'<{name}>'

        return '/' + _VALUE.sub(value, match.route.lstrip('^'))

    def _query(self):
        """Values only where our own code names all that there can be."""
        form = getattr(self.view, 'form_class', None)
        fields = form.base_fields if form else {}
        others = 0
        for name, values in sorted(self.request.GET.lists()):
            if name not in _PARAMETERS and name not in fields:
                others += 1
                continue
            for value in values[:_MOST]:
                shown = self._is_harmless(name, value, fields.get(name))
                yield f'{name}={value}' if shown else f'{name} (left out)'
        if others:
            yield f'{others} more (left out)'

    def _is_harmless(self, name, value, field):
        if name == 'page':
            return re.fullmatch('[0-9]{1,9}', value) is not None
        if name == 'format':
            return value in exports.FORMATS
        if name == 'sort':
            sorts = getattr(self.view, 'sorts', ())
            return value.removeprefix('-') in sorts
        # What the class itself has; names are added for each form.
        known = getattr(field, 'choices', ())
        return value in {str(one) for one, _label in known}

    def _ages(self):
        for part in self.fresh.parts:
            words = 'never read'
            if part.last_good_at:
                words = f'as of {_time(part.last_good_at)}'
            if part.failing_since:
                words += f', failing since {_time(part.failing_since)}'
            yield f'{part.name}: {words}'
        for name in self.fresh.missing:
            yield f'{name}: never read'

    def _request_ids(self):
        own = (self.request.META.get(name) for name in _OWN_IDS)
        yield from _ids('this page', own)
        if self.fresh and self._sees(data.READ):
            for part in self.fresh.parts:
                yield from _ids(f'reading of {part.name}', [part.request_id])
        if self.view:
            for what, ids in self.view.report_ids():
                yield from _ids(what, ids)


def found_in(value: Any) -> list[str]:
    """Request ids that stand anywhere in it, each once."""
    return list(dict.fromkeys(_REQUEST_ID.findall(str(value))))


@functools.cache
def tracker() -> str:
    """Where faults of ours are reported, if our setup.cfg tells."""
    try:
        told = metadata.metadata(OURS).get_all('Project-URL') or ()
    except metadata.PackageNotFoundError:
        return ''
    for pair in told:
        label, _comma, address = pair.partition(',')
        if re.search('tracker|issue|bug', label, re.IGNORECASE):
            return address.strip()
    return ''


@functools.cache
def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return 'unknown'


def _of_cloud(region):
    rows = list(_endpoints(region))
    told = told_releases.judge(region, rows)
    ids = ' or '.join(one.id for one in told.fitting)
    yield f'OpenStack {ids or told.fit.value}'
    # A type or a number may be anything that somebody put there.
    found = {
        (row.service_type, row.version, row.most_microversion)
        for row in rows
        if row.service_type in _SERVICE_TYPES
    }
    for kind, version, most in sorted(found):
        numbers = [n for n in (version, most) if _NUMBER.fullmatch(n)]
        yield f'{kind} API {" up to ".join(numbers) or "unknown"}'


def _endpoints(region):
    """In one query, since every page has this; each as its own probe."""
    probes = models.EndpointProbe.objects.filter(
        region=OuterRef('region'), id=OuterRef('probe_id')
    )
    names = ('version', 'most_microversion')
    for row in models.Endpoint.objects.filter(
        region=region, enabled=True
    ).annotate(**{
        name: Coalesce(Subquery(probes.values(name)[:1]), Value(''))
        for name in names
    }):  # fmt: skip
        row.meaning = told_releases.meaning(row.service_type, row)
        yield row


def _ids(what, ids: Iterable[str | None]):
    for one in dict.fromkeys(ids):
        if one and _REQUEST_ID.fullmatch(one):
            yield f'{what}: {one}'


def _indented(head, lines):
    lines = list(lines)
    if lines:
        yield f'{head}:'
        yield from (f'  {line}' for line in lines)


def _time(time):
    return exports.plain(time.replace(microsecond=0))
