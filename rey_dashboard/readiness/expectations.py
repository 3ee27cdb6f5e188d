"""What is expected of a region: versions that are kept, and differences."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import itertools

from django.db import transaction
from django.db.models import Max

from rey_dashboard.inventory import models as inventory
from rey_dashboard.readiness import expectation_text
from rey_dashboard.readiness import known as known_
from rey_dashboard.readiness import models

#: A list of more names is generated as their number, so that the file can be
#: read and changed by people.
MOST_NAMES = 500
SECTIONS = ('services', 'hypervisors', 'endpoints', 'volume_types')


@dataclasses.dataclass(frozen=True)
class Difference:
    """One thing that is not as expected.

    :param word: ``missing``, ``unexpected``, ``fewer`` or ``more``
    :param section: of the file
    :param name: of what is counted or listed there, a service for example
    :param item: that is missing or too many; nothing for numbers
    """

    word: str
    section: str
    name: str
    item: str = ''
    expected: int = 0
    there: int = 0


def current(region: str) -> models.Expectations | None:
    rows = models.Expectations.objects.filter(region=region)
    return rows.order_by('-version').first()


def history(region: str, most: int = 20) -> list[models.Expectations]:
    """The newest first; each knows what it ``added`` and ``removed``."""
    rows = models.Expectations.objects.filter(region=region)
    found = list(rows.order_by('-version')[: most + 1])
    for new, old in itertools.zip_longest(found, found[1:]):
        before = set(lines(old.told)) if old else set()
        after = set(lines(new.told))
        new.added = sorted(after - before)
        new.removed = sorted(before - after)
    return found[:most]


def keep(
    region: str, text: str, told: Mapping, who_id: str, who_name: str
) -> bool:
    """The next version; False when the file is the same as now.

    :raises db.IntegrityError: somebody else was quicker
    """
    now = current(region)
    if now and now.text == text:
        return False
    with transaction.atomic():
        rows = models.Expectations.objects.filter(region=region)
        last = rows.aggregate(last=Max('version'))['last'] or 0
        models.Expectations.objects.create(
            region=region,
            version=last + 1,
            text=text,
            told=dict(told),
            who_id=who_id,
            who_name=who_name[:255],
        )
    return True


def generated(region: str) -> str:
    """A file that expects what is there now."""
    told = {'version': 1}
    for section, found in _there(region).items():
        if section in ('hypervisors', 'volume_types'):
            told[section] = _listed(found[''])
        elif section == 'services':
            told[section] = {name: _listed(found[name]) for name in found}
        else:
            for (in_region, type_), interfaces in found.items():
                of_region = told.setdefault(section, {})
                types = of_region.setdefault(in_region, {})
                types[type_] = sorted(interfaces)
    return expectation_text.written(told)


def differences(region: str, told: Mapping) -> Iterator[Difference]:
    """Sections that the file leaves out are not judged."""
    there = _there(region)
    for section, found in _flat(told).items():
        is_listed = section == 'endpoints'
        names = [*found, *(set(there[section]) - set(found))]
        for name in sorted(names):
            if name not in found and not is_listed:
                # Of a service that is not named nothing is expected.
                continue
            yield from _compared(
                section,
                ', '.join(filter(None, name)) if is_listed else name,
                found.get(name, []),
                there[section].get(name, set()),
            )


def lines(told: Mapping) -> Iterator[str]:
    """All that a file expects, one line each: to compare two of them."""
    for section, found in _flat(told).items():
        for name, expected in found.items():
            place = ' / '.join([section, *filter(None, _words(name))])
            if isinstance(expected, int):
                yield f'{place}: {expected}'
            else:
                yield from (f'{place}: {one}' for one in expected)


def _words(name):
    return name if isinstance(name, tuple) else (name,)


def _flat(told):
    """Section -> name -> names or a number; as ``_there`` has it."""
    found = {}
    for section in SECTIONS:
        if section not in told:
            continue
        expected = told[section]
        if section == 'endpoints':
            expected = {
                (in_region, type_): interfaces
                for in_region, types in expected.items()
                for type_, interfaces in types.items()
            }
        elif section != 'services':
            expected = {'': expected}
        found[section] = expected
    return found


def _there(region) -> dict[str, dict[object, set[str]]]:
    services, endpoints = {}, {}
    rows = inventory.Service.objects.filter(region=region)
    for name, host in rows.order_by('name').values_list('name', 'host'):
        services.setdefault(name, set()).add(host)
    for row in known_.Known(region).endpoints:
        key = row.in_region, row.service_type
        endpoints.setdefault(key, set()).add(row.interface)
    hosts = inventory.Host.objects.filter(region=region)
    types = inventory.VolumeType.objects.filter(region=region)
    return {
        'services': services,
        'hypervisors': {'': set(hosts.values_list('name', flat=True))},
        'endpoints': endpoints,
        'volume_types': {'': set(types.values_list('name', flat=True))},
    }


def _listed(names: Iterable[str]):
    names = sorted(names)
    return names if len(names) <= MOST_NAMES else len(names)


def _compared(section, name, expected, there):
    if isinstance(expected, int):
        if expected != len(there):
            word = 'fewer' if len(there) < expected else 'more'
            yield Difference(
                word, section, name, expected=expected, there=len(there)
            )
        return
    for item in sorted(set(expected) - there):
        yield Difference('missing', section, name, item)
    for item in sorted(there - set(expected)):
        yield Difference('unexpected', section, name, item)
