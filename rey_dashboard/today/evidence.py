"""The evidence of a finding as lines and small tables that people can read."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import math
from typing import Any

from django.utils import dateparse
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import resources
from rey_dashboard.tasks import showing
from rey_dashboard.templatetags import rey

#: Where things stand is nothing for who may not see the whole cloud.
OF_THE_CLOUD = frozenset(
    {
        'host',
        'hosts',
        'back_end',
        'destination',
        'disabled_reason',
        'source',
    }
)
#: They may tell addresses of services.
_WORDS_OF_FAULTS = ('error', 'fail_reason', 'fault')
#: What checks call it; others are told by their own names.
LABELS = {
    'back_end': _('Back end'),
    'begun_at': _('Begun'),
    'binary': _('Service'),
    'cidr': _('Range'),
    'destination': _('To host'),
    'disabled_reason': _('Disabled, because'),
    'error': _('Error'),
    'facts_from': _('Found at'),
    'facts_of': _('As of'),
    'fail_reason': _('Cinder says'),
    'failures': _('Failures'),
    'fault': _('Nova says'),
    'flavor': _('Flavor'),
    'gib': _('Size (GiB)'),
    'gone': _('Servers that are gone'),
    'host': _('Host'),
    'hosts': _('Hosts'),
    'id': _('Id'),
    'in_use': _('In use'),
    'kind': _('Kind'),
    'last_good_at': _('Last good reading'),
    'limit': _('Limit'),
    'listed': _('Listed'),
    'maintained_until': _('Maintained until'),
    'name': _('Name'),
    'named': _('Some of them'),
    'note': _('Remark'),
    'number': _('Number'),
    'oldest_good_at': _('Oldest good backup'),
    'percent': _('Share'),
    'problem': _('Problem'),
    'project': _('Project'),
    'projects': _('Projects'),
    'quotas': _('Quotas'),
    'release': _('Release'),
    'release_id': _('Release in addresses'),
    'releases': _('Releases'),
    'remedy': _('What to do'),
    'reported_at': _('Last report'),
    'request_id': _('Request id'),
    'reserved': _('Reserved'),
    'resource': _('Resource'),
    'seen_at': _('Last seen'),
    'servers': _('Servers'),
    'service': _('Service'),
    'size_gib': _('Size (GiB)'),
    'source': _('From host'),
    'state': _('State'),
    'status': _('Status'),
    'task_state': _('Task state'),
    'things': _('Things'),
    'told': _('What they mean'),
    'type': _('Volume type'),
    'volume_id': _('Volume'),
    'volumes': _('Volumes'),
    'why': _('Why'),
    'worst': _('The largest of them'),
    'zone': _('Zone'),
}


@dataclasses.dataclass(frozen=True)
class Fact:
    """One line, or with ``heads`` a table.

    :param value: a number, a text or a time
    """

    label: str
    value: Any = None
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()


def facts(evidence: Mapping, whole: bool) -> list[Fact]:
    """What is known of it; what is empty is left out.

    :param whole: whether hosts and back ends are told as well
    """
    return list(_facts(shown(evidence, whole)))


def shown(value: Any, whole: bool) -> Any:
    """The same; hosts, back ends and addresses are told of the whole."""
    if whole:
        return value
    if isinstance(value, Mapping):
        return {
            name: showing.without_addresses(inner)
            if name in _WORDS_OF_FAULTS and isinstance(inner, str)
            else shown(inner, whole)
            for name, inner in value.items()
            if name not in OF_THE_CLOUD
        }
    if isinstance(value, list):
        return [shown(inner, whole) for inner in value]
    return value


def _facts(evidence) -> Iterator[Fact]:
    if not isinstance(evidence, Mapping):
        return
    for name, value in evidence.items():
        if value in (None, '', [], {}):
            continue
        if isinstance(value, list) and isinstance(value[0], Mapping):
            yield _table(name, value)
        else:
            yield Fact(_label(name), _plain(name, value))


def _table(name, rows):
    keys = dict.fromkeys(
        key for row in rows if isinstance(row, Mapping) for key in row
    )
    return Fact(
        _label(name),
        heads=[_label(key) for key in keys],
        rows=[
            [_cell(row, key) for key in keys]
            for row in rows
            if isinstance(row, Mapping)
        ],
    )


def _cell(row, key):
    value = row.get(key)
    if key == 'service' and value in resources.SERVICES:
        return resources.SERVICES[value]
    if key == 'percent' and isinstance(value, (int, float)):
        return f'{math.floor(value)} %'
    if 'service' in row and 'resource' in row:
        return _of_quota(row, key)
    return _plain(key, value)


def _of_quota(row, key):
    """In the unit that its label names."""
    known = resources.find(row['service'], row['resource'])
    value = row.get(key)
    if key == 'resource':
        return known.label
    if known.unit == 'mib' and isinstance(value, int):
        return rey.gib(value)
    return _plain(key, value)


def _plain(name, value):
    if isinstance(value, list):
        return ', '.join(str(_plain(name, inner)) for inner in value)
    if isinstance(value, Mapping):
        return ', '.join(
            f'{_label(key)}: {_plain(key, inner)}'
            for key, inner in value.items()
        )
    # JSON has no times; a name that looks like one is a name.
    if name.endswith('_at') and isinstance(value, str):
        return dateparse.parse_datetime(value) or value
    return value


def _label(name):
    return LABELS.get(name) or name.replace('_', ' ').capitalize()
