"""Compute hosts, and what each lacks until it takes servers."""

from collections.abc import Iterator
import dataclasses

from django.db import models as db_models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import services
from rey_dashboard.readiness import smoke_kind
from rey_dashboard.tasks import models as tasks

#: So many smoke tests are looked through for the last one of each host.
LOOKED_THROUGH = 1000
TASKS = tasks.Task.State


class Lack(db_models.TextChoices):
    """What keeps a host from taking servers, in the order of an install."""

    MAPPED = 'mapped', _('not mapped to a cell')
    PROVIDER = 'provider', _('unknown to Placement')
    UP = 'up', _('down')
    ENABLED = 'enabled', _('disabled')
    AGGREGATE = 'aggregate', _('in no aggregate, as others are')
    SERVER = 'server', _('took no test server')


class State(db_models.TextChoices):
    """The worst comes first."""

    LACKING = 'lacking', _('not ready')
    UNTRIED = 'untried', _('not tried')
    READY = 'ready', _('ready')


ORDER = tuple(State)
COLOURS = {State.LACKING: 'danger', State.READY: 'success'}


@dataclasses.dataclass
class Host:
    """A nova-compute service, and what belongs to it.

    :param hypervisor: as Nova tells it; none before the host is mapped
    :param has_provider: Placement knows what it holds
    :param aggregates: names of those that it is in
    :param needs_aggregate: it is in none, and most others are in one
    :param test: the last smoke test on it that has ended
    """

    service: models.Service
    hypervisor: models.Host | None
    has_provider: bool
    aggregates: list[str]
    needs_aggregate: bool
    test: tasks.Task | None

    @cached_property
    def lacks(self) -> list[Lack]:
        return list(self._lacks())

    @property
    def state(self) -> State:
        if self.lacks:
            return State.LACKING
        return State.READY if self.test else State.UNTRIED

    @property
    def place_in_order(self) -> int:
        return ORDER.index(self.state)

    @property
    def colour(self) -> str:
        return COLOURS.get(self.state, 'default')

    @property
    def name(self) -> str:
        return self.service.host

    @property
    def zone(self) -> str:
        return self.service.zone

    def _lacks(self) -> Iterator[Lack]:
        if not self.hypervisor:
            yield Lack.MAPPED
        elif not self.has_provider:
            yield Lack.PROVIDER
        if self.service.state != models.Service.State.UP:
            yield Lack.UP
        if self.service.status != models.Service.Status.ENABLED:
            yield Lack.ENABLED
        if self.needs_aggregate:
            yield Lack.AGGREGATE
        if self.test and self.test.state != TASKS.SUCCEEDED:
            yield Lack.SERVER


def of(region: str) -> list[Host]:
    """Each host with a nova-compute; five queries."""
    found = models.Service.objects.filter(
        region=region, name=services.COMPUTE
    ).order_by('host', 'id')
    rows = list(found)
    hypervisors = _by_service(region)
    providers = set(
        models.Inventory.objects.filter(region=region)
        .order_by()
        .values_list('root_id', flat=True)
        .distinct()
    )
    within = {}
    for aggregate in models.Aggregate.objects.filter(region=region):
        for host in aggregate.hosts:
            within.setdefault(host, []).append(aggregate.name)
    # As the check of hosts without one: else it is no custom here.
    is_custom = 2 * sum(row.host in within for row in rows) >= len(rows)
    tests = _tests(region)
    return [
        Host(
            service=row,
            hypervisor=(hypervisor := hypervisors.get(row.host)),
            has_provider=bool(hypervisor) and hypervisor.id in providers,
            aggregates=sorted(within.get(row.host, ())),
            needs_aggregate=is_custom and row.host not in within,
            test=tests.get(row.host),
        )
        for row in rows
    ]


def _by_service(region):
    """Hypervisors by the names that their services' hosts may have."""
    by_name, short = {}, {}
    for host in models.Host.objects.filter(region=region):
        by_name[host.name] = host
        if host.service_host:
            by_name[host.service_host] = host
        short.setdefault(host.name.partition('.')[0], []).append(host)
    for name, hosts in short.items():
        if len(hosts) == 1:
            by_name.setdefault(name, hosts[0])
    return by_name


def _tests(region):
    """The last one on each host that said something of it."""
    rows = tasks.Task.objects.filter(
        region=region,
        kind=smoke_kind.KIND,
        state__in=(TASKS.SUCCEEDED, TASKS.FAILED),
    ).order_by('-ended_at')
    last = {}
    for task in rows[:LOOKED_THROUGH]:
        host = task.parameters.get('zone', '').partition(':')[2]
        if host:
            last.setdefault(host, task)
    return last
