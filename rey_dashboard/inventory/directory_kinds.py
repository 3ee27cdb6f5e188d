"""The kinds of things that can be found, with all words of each thing."""

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
import itertools
import typing

from rey_dashboard.inventory import models
from rey_dashboard.inventory import store


class Thing(typing.NamedTuple):
    """Something that can be found.

    :param words: by which it is found, beside its id and name
    :param project_id: whose it is; nothing where a domain has it
    """

    id: str
    name: str
    words: tuple[str, ...] = ()
    project_id: str = ''
    domain_id: str = ''


@dataclasses.dataclass(frozen=True)
class Kind:
    """Rows of one table.

    :param thing: made of the columns
    """

    name: str
    model: type
    columns: tuple[str, ...]
    thing: Callable[..., Thing]

    def count(self, region: str) -> int:
        return self.model.objects.filter(region=region).count()

    def things(self, region: str) -> Iterator[Thing]:
        """By their ids, some thousand in memory at a time."""
        rows = self.model.objects.filter(region=region).order_by('id')
        rows = rows.values_list('id', *self.columns)
        piece = list(rows[: store.PIECE])
        while piece:
            yield from itertools.starmap(self.thing, piece)
            last = piece[-1][0]
            piece = list(rows.filter(id__gt=last)[: store.PIECE])


class _Hosts:
    """All that services, agents and hypervisors call a host.

    Found by their ids, too: logs and findings name these.
    """

    name = 'host'

    def count(self, region: str) -> int:
        return len(self._words(region))

    def things(self, region: str) -> Iterator[Thing]:
        for name, words in sorted(self._words(region).items()):
            yield Thing(name, name, tuple(sorted(words)))

    def _words(self, region):
        services = models.Service.objects.filter(region=region)
        hosts = models.Host.objects.filter(region=region)
        found = {}
        for name, id_ in (
            *services.values_list('host', 'id'),
            *hosts.values_list('name', 'id'),
        ):
            # host@backend
            found.setdefault(name.partition('@')[0], set()).add(id_)
        found.pop('', None)
        return found


def _server(id_, name, project_id, addresses, macs):
    return Thing(id_, name, (*addresses, *macs), project_id)


def _copy(id_, name, project_id, volume_id):
    """Of a volume, which may be gone: then this is what is left of it."""
    return Thing(id_, name, (volume_id,), project_id)


def _floating_ip(id_, address, project_id, *words):
    return Thing(id_, address, words, project_id)


def _user(id_, name, domain_id, email):
    return Thing(id_, name, (email,), domain_id=domain_id)


def _project(id_, name, domain_id, contact):
    return Thing(id_, name, (contact,), domain_id=domain_id)


ALL = (
    Kind(
        'server',
        models.Server,
        ('name', 'project_id', 'addresses', 'macs'),
        _server,
    ),
    Kind(
        'volume',
        models.Volume,
        ('name', 'project_id'),
        lambda id_, name, project_id: Thing(id_, name, project_id=project_id),
    ),
    Kind('backup', models.Backup, ('name', 'project_id', 'volume_id'), _copy),
    Kind(
        'snapshot', models.Snapshot, ('name', 'project_id', 'volume_id'), _copy
    ),
    Kind(
        'floating_ip',
        models.FloatingIp,
        ('address', 'project_id', 'fixed_address', 'description'),
        _floating_ip,
    ),
    Kind(
        'subnet',
        models.AddressRange,
        ('name', 'project_id', 'cidr', 'network_id', 'network_name'),
        lambda id_, name, project_id, *words: Thing(
            id_, name, words, project_id
        ),
    ),
    Kind(
        'project', models.Project, ('name', 'domain_id', 'contact'), _project
    ),
    Kind(
        'domain',
        models.Domain,
        ('name',),
        lambda id_, name: Thing(id_, name, domain_id=id_),
    ),
    Kind('user', models.User, ('name', 'domain_id', 'email'), _user),
    Kind(
        'group',
        models.Group,
        ('name', 'domain_id'),
        lambda id_, name, domain_id: Thing(id_, name, domain_id=domain_id),
    ),
    _Hosts(),
)
