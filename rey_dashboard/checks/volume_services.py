"""Services of Cinder that are down, and the volumes behind them."""

import collections

from django.db.models import Count
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate

_SEVERITY = registry.SEVERITY


class VolumeServiceDown(registry.Check):
    """One that is disabled, too, is being looked after: a note."""

    label = _('Volume services that are down')
    area = 'operate'
    rule = operate.READ
    rests_on = (parts.VOLUME_SERVICES, parts.VOLUMES)
    titles = {'': _('%(binary)s on %(name)s is down')}

    def find(self, region):
        behind = _volumes(region)
        services = models.VolumeService.objects.filter(region=region)
        for service in services.filter(state='down'):
            volumes = behind[service.binary, service.host]
            yield registry.Found(
                # Binary and host may be too long together.
                subject=f'{service.binary}:{service.host}'[:255],
                subject_name=service.host,
                severity=_severity(service, volumes),
                evidence={
                    'binary': service.binary,
                    'status': service.status,
                    'disabled_reason': service.disabled_reason,
                    'zone': service.zone,
                    'volumes': volumes,
                    'reported_at': service.updated_at,
                },
                # host@backend
                host=service.host.partition('@')[0],
                hits=volumes,
                hits_what=registry.HIT.VOLUMES,
                since=service.updated_at,
            )

    def runbook(self, finding):
        binary, host = finding.evidence['binary'], finding.host
        return registry.Runbook(
            meaning=_t(
                'It does not report: what it is asked for waits or fails. '
                'Volumes that are attached go on working.'
            ),
            causes=(
                _t('It has stopped, or cannot reach RabbitMQ.'),
                _t('Its back end does not answer, so that it did not start.'),
                _t('Its host is off, or its clock is wrong.'),
            ),
            commands=(
                registry.command(
                    _t('State, status and its last report'),
                    *('openstack', 'volume', 'service', 'list', '--long'),
                    f'--service={binary}',
                ),
                registry.command(
                    _t(
                        'What it tells; the unit’s name is your distribution’s'
                    ),
                    *('ssh', '--', host),
                    registry.command(
                        '', 'journalctl', f'--unit={binary}', '--lines=50'
                    ).line,
                ),
                registry.command(
                    _t('Start it again'),
                    *('ssh', '--', host),
                    registry.command(
                        '', 'sudo', 'systemctl', 'restart', '--', binary
                    ).line,
                ),
            ),
            mended=_t('Its state is up.'),
            documentation='cinder/{release}/admin/index.html',
        )


def _severity(service, volumes):
    if service.status == 'disabled':
        return _SEVERITY.NOTE
    return _SEVERITY.CRITICAL if volumes else _SEVERITY.ERROR


def _volumes(region):
    """How many are behind each volume service: one query."""
    rows = models.Volume.objects.filter(region=region).order_by()
    behind = collections.Counter()
    for host, number in rows.values_list('host').annotate(Count('id')):
        # host@backend#pool
        behind['cinder-volume', host.partition('#')[0]] += number
    return behind
