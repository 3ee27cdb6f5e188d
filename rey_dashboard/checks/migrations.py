"""Migrations of servers that failed, or that do not get on."""

import datetime

from django.db.models import Exists
from django.db.models import OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import owners
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate

#: Nova's words (code of nova 34, ``compute/manager.py`` and ``conductor``).
FAILED = ('error', 'failed')
GOOD = ('completed', 'done', 'finished', 'confirmed', 'reverted')
#: ``finished`` waits for the server's owner, who confirms a resize or not.
AT_REST = (*FAILED, *GOOD, 'cancelled')
OF_LATE = datetime.timedelta(days=1)
#: A live migration writes down every few seconds how far it is.
STUCK_AFTER = datetime.timedelta(hours=1)
LIVE, QUEUED = 'live-migration', 'queued'
_SEVERITY = registry.SEVERITY


class _OfMigrations(registry.Check):
    """One finding a server, of its last migration."""

    area = 'operate'
    rule = operate.READ
    rests_on = (parts.MIGRATIONS, parts.SERVERS)
    severity = _SEVERITY.WARNING

    def chosen(self, region):
        """Of a server that is gone nobody cares how it was moved."""
        raise NotImplementedError

    def find(self, region):
        last = {}
        rows = self.chosen(region).order_by('created_at', 'number')
        for row in rows.iterator():
            last[row.server_id] = row
        servers = {
            server.id: server
            for server in models.Server.objects.filter(
                region=region, id__in=rows.values('server_id')
            )
        }
        projects = owners.Owners(region)
        for row in last.values():
            server = servers.get(row.server_id)
            if server and projects.counts(server.project_id):
                name = projects.name(server.project_id)
                yield _found(row, server, name, self.severity)


class MigrationFailed(_OfMigrations):
    """Of the last day, with no better end later on."""

    label = _('Migrations that failed')
    whole = (parts.MIGRATIONS,)
    titles = {
        '': _('The server %(name)s could not be moved: %(kind)s'),
    }

    def chosen(self, region):
        rows = models.Migration.objects.filter(region=region)
        better = rows.filter(
            server_id=OuterRef('server_id'),
            created_at__gt=OuterRef('created_at'),
            status__in=GOOD,
        )
        return (
            rows.filter(status__in=FAILED)
            .annotate(at=_at())
            .filter(~Exists(better), at__gte=timezone.now() - OF_LATE)
        )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'It is where it was, or in error; whoever empties the host '
                'still has it there.'
            ),
            causes=(
                _t('No other host had room for it, or was fit for it.'),
                _t('The processors or the versions of the hosts differ.'),
                _t('The hosts do not reach each other, or their keys differ.'),
                _t('Its disk is local and was not to be copied as well.'),
            ),
            commands=(*_looks(finding), *_again(finding)),
            mended=_t('A later migration of it ends well, or a day is over.'),
            documentation='nova/{release}/admin/live-migration-usage.html',
        )


class MigrationStuck(_OfMigrations):
    """Not one that is queued while its host moves another."""

    label = _('Migrations that do not get on')
    titles = {
        '': _('The %(kind)s of %(name)s has been %(status)s for long'),
    }

    def chosen(self, region):
        rows = models.Migration.objects.filter(region=region)
        since = timezone.now() - STUCK_AFTER
        before_it = rows.exclude(status=QUEUED).filter(
            source=OuterRef('source'), updated_at__gte=since
        )
        return (
            rows.exclude(status__in=AT_REST)
            .annotate(at=_at())
            .filter(at__lt=since)
            .exclude(Exists(before_it), status=QUEUED)
        )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t('Nova refuses to move or resize it until that ends.'),
            causes=(
                _t('nova-compute of one of the hosts stopped meanwhile.'),
                _t('A message was lost: RabbitMQ was away for a moment.'),
                _t('It changes its memory faster than it can be copied.'),
            ),
            commands=(*_looks(finding), *_ends(finding)),
            mended=_t('Its migration is completed, cancelled or in error.'),
            documentation='nova/{release}/admin/live-migration-usage.html',
        )


def _at():
    return Coalesce('updated_at', 'created_at')


def _found(row, server, project_name, severity):
    return registry.Found(
        subject=row.server_id,
        subject_name=server.name,
        severity=severity,
        evidence={
            'migration': row.id,
            'number': row.number,
            'kind': row.type,
            'status': row.status,
            'source': row.source,
            'destination': row.destination,
            'begun_at': row.created_at,
            'server_status': server.status,
            'task_state': server.task_state,
            'fault': server.fault[:1000],
            'project': project_name,
        },
        project_id=server.project_id,
        host=server.host,
        hits=1,
        hits_what=registry.HIT.SERVERS,
        since=row.updated_at or row.created_at,
    )


def _migration(*words):
    # Of older versions it lists and takes less.
    version = '--os-compute-api-version=2.80'
    return ('openstack', version, 'server', 'migration', *words)


def _looks(finding):
    one, told = finding.subject, finding.evidence
    yield registry.command(
        _t('All its migrations'), *_migration('list', f'--server={one}')
    )
    yield registry.command(
        _t('What was done with it last, with the request ids'),
        *('openstack', 'server', 'event', 'list', '--long', one),
    )
    for host in dict.fromkeys((told['source'], told['destination'])):
        if host:
            yield registry.command(
                _t('On its hosts: what nova-compute tells of it'),
                *('ssh', '--', host),
                registry.command(
                    '', 'grep', one, '/var/log/nova/nova-compute.log'
                ).line,
            )


def _again(finding):
    one = finding.subject
    if finding.evidence['kind'] == LIVE:
        yield registry.command(
            _t('When the cause is over: move it again while it runs'),
            *('openstack', 'server', 'migrate', '--live-migration', one),
        )
    elif finding.evidence['kind'] == 'evacuation':
        yield registry.command(
            _t('Only when its host is surely off: bring it back'),
            *('openstack', 'server', 'evacuate', one),
        )
    else:
        yield registry.command(
            _t('When it is in error: let Nova take it as it was'),
            *('openstack', 'server', 'set', '--state', 'active', one),
        )


def _ends(finding):
    one, told = finding.subject, finding.evidence
    which = one, told['migration']
    if told['kind'] != LIVE:
        yield registry.command(
            _t('When nothing works on it: let Nova take it as it was'),
            *('openstack', 'server', 'set', '--state', 'active', one),
        )
        return
    yield registry.command(
        _t('How far it is; only while it runs'), *_migration('show', *which)
    )
    yield registry.command(
        _t('Let it end: the server stands still for as long as it takes'),
        *_migration('force', 'complete', *which),
    )
    yield registry.command(
        _t('Or give it up: the server stays where it is'),
        *_migration('abort', *which),
    )
