"""Networks that have given away nearly all their addresses."""

from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import owners
from rey_dashboard.checks import registry
from rey_dashboard.checks import room
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.policy import usage

#: Subnets that a finding names, the fullest first.
NAMED = 10
_SEVERITY = registry.SEVERITY
_LIST = 'openstack', 'port', 'list', '--long'


class AddressesFull(registry.Check):
    """Of all its subnets together: one that is full may have a new one beside.

    A project's own network is its own care: a note, when it is all but full.
    """

    label = _('Networks that run out of addresses')
    area = 'usage'
    rule = usage.READ
    rests_on = (parts.ADDRESSES, parts.IDENTITY)
    titles = {
        'external': _(
            'The external network %(name)s has given away %(percent)d%% of '
            'its addresses'
        ),
        'shared': _(
            'The shared network %(name)s has given away %(percent)d%% of its '
            'addresses'
        ),
        'project': _(
            'The network %(name)s of %(project)s has given away '
            '%(percent)d%% of its addresses'
        ),
    }

    def find(self, region):
        full = {row['network_id']: row for row in _full(region)}
        subnets = _subnets(region, full)
        projects = owners.Owners(region)
        for network_id, row in full.items():
            project_id = row['project_id']
            is_own = row['word'] == 'project'
            if is_own and not projects.counts(project_id):
                continue
            yield registry.Found(
                subject=network_id,
                subject_name=row['network_name'],
                severity=row['severity'],
                word=row['word'],
                evidence={
                    'percent': row['percent'],
                    'used': row['in_use'],
                    'total': row['can_give'],
                    'project': projects.name(project_id) or project_id,
                    'subnets': subnets[network_id][:NAMED],
                },
                project_id=project_id if is_own else '',
            )

    def runbook(self, finding):
        one = finding.subject
        return registry.Runbook(
            meaning=_t(
                'Soon nobody gets a floating IP or a router to the outside.'
            )
            if finding.word == 'external'
            else _t('Soon no new port, and so no new server, comes to it.'),
            causes=(
                _t('More is connected to it than was planned for.'),
                _t('Addresses are kept that lead nowhere.'),
                _t('Its allocation pools are smaller than its subnets.'),
            ),
            commands=(
                registry.command(
                    _t('Each subnet: what it has, and what is used'),
                    *('openstack', 'ip', 'availability', 'show', one),
                ),
                registry.command(
                    _t('Its subnets, with their allocation pools'),
                    *('openstack', 'subnet', 'list', '--long'),
                    f'--network={one}',
                ),
                *_idle(finding),
                registry.command(
                    _t('Give it a further subnet that your routers know'),
                    *('openstack', 'subnet', 'create', f'--network={one}'),
                    *('--subnet-range', 'CIDR', 'NAME'),
                ),
            ),
            mended=_t('Less than %d %% of them are given away.')
            % room.NEARLY_FULL,
            documentation='neutron/{release}/admin/config-ipam.html',
        )


def _idle(finding):
    one = finding.subject
    if finding.word == 'external':
        yield registry.command(
            _t('Floating IPs that lead nowhere'),
            *('openstack', 'floating', 'ip', 'list', '--long'),
            *(f'--network={one}', '--status=DOWN'),
        )
    yield registry.command(
        _t('What has the addresses; without a device nothing uses it'),
        *(*_LIST, f'--network={one}'),
    )


def _full(region):
    """The networks, with what they are, how full and how bad that is."""
    rows = models.AddressRange.objects.filter(region=region)
    columns = (
        'network_id',
        'network_name',
        'project_id',
        'external',
        'shared',
    )
    sums = rows.order_by().values(*columns)
    for row in sums.annotate(in_use=Sum('used'), can_give=Sum('total')):
        if not row['can_give']:
            continue
        # What lies beside the pools counts as used, too.
        percent = min(100, room.percent_of(row['in_use'], row['can_give']))
        row['percent'] = percent
        row['word'] = _word(row)
        row['severity'] = room.severity_at(percent)
        least = room.NEARLY_FULL
        if row['word'] == 'project':
            row['severity'], least = _SEVERITY.NOTE, room.ALMOST_NOTHING
        if percent >= least:
            yield row


def _word(row):
    if row['external']:
        return 'external'
    return 'shared' if row['shared'] else 'project'


def _subnets(region, network_ids):
    found = {}
    rows = models.AddressRange.objects.filter(region=region)
    # Of some networks only: those that are full are few.
    for row in rows.filter(network_id__in=list(network_ids)):
        told = {
            'id': row.id,
            'name': row.name,
            'cidr': row.cidr,
            'used': row.used,
            'total': row.total,
        }
        found.setdefault(row.network_id, []).append(told)
    for subnets in found.values():
        subnets.sort(key=lambda one: (one['used'] - one['total'], one['id']))
        subnets.reverse()
    return found
