"""Servers that are in error, or that Nova has left in the middle."""

import datetime

from django import urls
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import owners
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate

#: What Nova does with a server takes seconds or minutes.
STUCK_AFTER = datetime.timedelta(hours=1)
#: What copies a disk may take hours: the task states of Nova 34
#: (``compute/task_states.py``) that last as long as a copy.
COPYING_AFTER = datetime.timedelta(hours=6)
COPYING = frozenset(
    {
        'image_backup',
        'image_pending_upload',
        'image_snapshot',
        'image_snapshot_pending',
        'image_uploading',
        'migrating',
        'resize_migrating',
        'shelving_image_pending_upload',
        'shelving_image_uploading',
    }
)
#: Of Nova's words on a fault.
_LONGEST = 1000
_SEVERITY = registry.SEVERITY
_COLUMNS = (
    'id',
    'name',
    'project_id',
    'host',
    'zone',
    'flavor',
    'status',
    'task_state',
    'fault',
    'updated_at',
)


class _OfServers(registry.Check):
    """One finding a server."""

    area = 'operate'
    rule = operate.READ
    rests_on = (parts.SERVERS,)
    severity: registry.SEVERITY

    def chosen(self, servers):
        """Those of the rows that are not as they should be."""
        raise NotImplementedError

    def find(self, region):
        projects = owners.Owners(region)
        servers = models.Server.objects.filter(region=region)
        for row in self.chosen(servers).values(*_COLUMNS).iterator():
            if not projects.counts(row['project_id']):
                continue
            yield registry.Found(
                subject=row['id'],
                subject_name=row['name'],
                severity=self.severity,
                evidence={
                    'status': row['status'],
                    'task_state': row['task_state'],
                    'fault': row['fault'][:_LONGEST],
                    'host': row['host'],
                    'zone': row['zone'],
                    'flavor': row['flavor'],
                    'project': projects.name(row['project_id']),
                },
                project_id=row['project_id'],
                host=row['host'],
                hits=1,
                hits_what=registry.HIT.SERVERS,
                since=row['updated_at'],
            )

    def page(self, finding):
        return urls.reverse(
            'horizon:rey:projects:detail', args=[finding.project_id]
        )


class ServerError(_OfServers):
    label = _('Servers in error')
    titles = {'': _('The server %(name)s is in error: %(fault)s')}
    severity = _SEVERITY.ERROR

    def title(self, finding):
        if finding.evidence['fault']:
            return super().title(finding)
        name = finding.subject_name or finding.subject
        return _t('The server %s is in error') % name

    def chosen(self, servers):
        return servers.filter(status='ERROR')

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Nova gave up on it. Whether it still runs shows its power '
                'state; its owner can do little but delete it.'
            ),
            causes=(
                _t('No host had room for it (the fault says: no valid host).'),
                _t('Its host, its disk or its network failed meanwhile.'),
                _t('A migration, a resize or a rebuild went wrong.'),
            ),
            commands=tuple(_looks(finding)) + tuple(_ways_out(finding)),
            mended=_t('Its status is ACTIVE or SHUTOFF, or it is deleted.'),
            documentation='nova/{release}/admin/support-compute.html',
        )


class ServerStuck(_OfServers):
    label = _('Servers stuck in a task')
    titles = {
        '': _('Nova has been at work on %(name)s for long: %(task_state)s')
    }
    severity = _SEVERITY.WARNING

    def chosen(self, servers):
        now = timezone.now()
        busy = servers.exclude(task_state='').exclude(status='ERROR')
        long = busy.filter(updated_at__lt=now - STUCK_AFTER)
        return long.exclude(
            task_state__in=COPYING, updated_at__gte=now - COPYING_AFTER
        )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Nova refuses nearly all orders for it until the task ends.'
            ),
            causes=(
                _t('nova-compute of its host was restarted or is down.'),
                _t('A message was lost: RabbitMQ was away for a moment.'),
                _t('It waits for Cinder, Neutron or Glance.'),
            ),
            commands=tuple(_looks(finding)) + tuple(_ways_out(finding)),
            mended=_t('Its task state is empty.'),
            documentation='nova/{release}/admin/support-compute.html',
        )


def _looks(finding):
    one, host = finding.subject, finding.host
    yield registry.command(
        _t('Its fault, power state and task'),
        *('openstack', 'server', 'show', one),
    )
    yield registry.command(
        _t('What was done with it last, with the request ids'),
        *('openstack', 'server', 'event', 'list', '--long', one),
    )
    if host:
        yield registry.command(
            _t('Whether its host’s service is up'),
            *('openstack', 'compute', 'service', 'list'),
            *('--service', 'nova-compute', f'--host={host}'),
        )
        yield registry.command(
            _t('On that host: what nova-compute tells of it'),
            *('grep', one, '/var/log/nova/nova-compute.log'),
        )


def _ways_out(finding):
    one = finding.subject
    if not finding.host:
        # It never came to a host: there is nothing to bring back.
        yield registry.command(
            _t('Delete it, and let its owner create it anew'),
            *('openstack', 'server', 'delete', one),
        )
        return
    yield registry.command(
        _t('When what was wrong is over: let Nova try again'),
        *('openstack', 'server', 'set', '--state', 'active', one),
    )
    yield registry.command(
        _t('And bring it up as its disk is'),
        *('openstack', 'server', 'reboot', '--hard', one),
    )
