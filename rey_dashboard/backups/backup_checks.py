"""Backups that Cinder left in the middle, and nobody who could make any."""

from urllib import parse

from django import urls
from django.db.models import Exists
from django.db.models import OuterRef
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import services
from rey_dashboard.backups import stuck
from rey_dashboard.checks import registry
from rey_dashboard.checks import volumes
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate

_SEVERITY = registry.SEVERITY
_COVERAGE = models.VolumeCoverage


class _OfBackups(volumes.Things):
    rests_on = (parts.BACKUPS, parts.READY)
    model, noun = models.Backup, ('volume', 'backup')
    severity = _SEVERITY.WARNING
    extra = ('volume_id', 'container', 'fail_reason')

    def page(self, finding):
        return urls.reverse(
            'horizon:rey:projects:backups', args=[finding.project_id]
        )

    def planned(self, label, finding, view):
        """A page of ours that plans a task for it."""
        chosen = parse.urlencode({'chosen': 1, 'id': finding.subject})
        address = f'{urls.reverse(f"horizon:rey:backups:{view}")}?{chosen}'
        return registry.Change(label, address, operate.ACT, of_domains=True)

    def service(self):
        return registry.command(
            _t('Whether the backup services are up'),
            *('openstack', 'volume', 'service', 'list'),
            *('--service', services.BINARY),
        )


class BackupStuck(_OfBackups):
    """Not one in the making of a volume of which the usual time is known.

    That is judged with its volume: see ``VolumesAtRisk``.
    """

    label = _('Backups stuck in a state')
    titles = {'': _('The backup %(name)s has been %(status)s for long')}

    def chosen(self, rows):
        judged = _COVERAGE.objects.filter(
            Q(state=_COVERAGE.State.STUCK) | Q(stuck_after_s__isnull=False),
            region=OuterRef('region'),
            volume_id=OuterRef('volume_id'),
        ).exclude(state=_COVERAGE.State.EXCLUDED)
        return (
            rows.filter(status__in=stuck.UNDER_WAY)
            .annotate(at=Coalesce('updated_at', 'created_at'))
            .filter(at__lt=timezone.now() - stuck.STUCK_AFTER)
            .exclude(Exists(judged), status=stuck.MAKING)
        )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Cinder refuses all orders for it until that ends, and some '
                'for its volume.'
            ),
            causes=(
                _t('cinder-backup stopped or lost its storage meanwhile.'),
                _t('A message was lost: RabbitMQ was away for a moment.'),
                _t('It is large, and the storage is slow: then wait.'),
            ),
            commands=(
                *self.looks(finding),
                self.service(),
                *self._ways_out(finding),
            ),
            mended=_t('Its state is available or error, or it is gone.'),
            documentation='cinder/{release}/admin/volume-backups.html',
        )

    def change(self, finding):
        return self.planned(_t('Reset it…'), finding, 'reset')

    def _ways_out(self, finding):
        # It is whole but while it is made or deleted.
        whole = finding.evidence['status'] == stuck.RESTORING
        yield self.set_state(
            finding,
            stuck.fitting(finding.evidence['status']),
            _t('When no cinder-backup works on it any more'),
        )
        if finding.evidence['status'] == stuck.MAKING:
            yield registry.command(
                _t('Its volume as well; in-use when a server has it'),
                *('openstack', 'volume', 'set', '--state', 'available'),
                finding.evidence['volume_id'],
            )
        elif whole:
            yield registry.command(
                _t('The volume that it is restored to, to be set as well'),
                *('openstack', 'volume', 'list', '--all-projects'),
                *('--status', 'restoring-backup'),
            )


class BackupUndeleted(_OfBackups):
    """One that failed at once is told with its volume."""

    label = _('Backups that could not be deleted')
    titles = {'': _('The backup %(name)s could not be deleted')}

    def chosen(self, rows):
        return rows.filter(status=stuck.UNDELETED)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t('It takes room, and counts for the project’s quota.'),
            causes=(
                _t('The backup storage was away, or refused.'),
                _t('Its container or its share was deleted beside Cinder.'),
            ),
            commands=(
                *self.looks(finding),
                self.service(),
                registry.command(
                    _t('When the storage answers again'),
                    *('openstack', 'volume', 'backup', 'delete', '--force'),
                    finding.subject,
                ),
            ),
            mended=_t('It is gone.'),
            documentation='cinder/{release}/admin/volume-backups.html',
        )

    def change(self, finding):
        return self.planned(_t('Delete it by force…'), finding, 'force_delete')


class BackupService(registry.Check):
    """Volumes have targets, and there is nobody who could back them up.

    One that is down is told by ``volume_service_down``.
    """

    label = _('A service that makes backups')
    area = 'operate'
    rule = operate.READ
    rests_on = (parts.VOLUME_SERVICES, parts.READY)
    titles = {
        'none': _('No backup service runs in this cloud'),
        'disabled': _('All backup services are disabled'),
    }

    def find(self, region):
        known = models.VolumeService.objects.filter(region=region)
        told = known.filter(binary=services.BINARY)
        # A cloud whose services were read has a scheduler at least.
        if told.exclude(status='disabled').exists() or not known.exists():
            return
        wanted = _COVERAGE.objects.filter(region=region)
        volumes_ = wanted.exclude(state=_COVERAGE.State.EXCLUDED).count()
        if not volumes_:
            return
        backups = models.Backup.objects.filter(region=region).count()
        yield registry.Found(
            subject=services.BINARY,
            # There were some: it is no cloud that does without.
            severity=_SEVERITY.ERROR if backups else _SEVERITY.WARNING,
            word='disabled' if told.exists() else 'none',
            evidence={'volumes': volumes_, 'backups': backups},
            hits=volumes_,
            hits_what=registry.HIT.VOLUMES,
        )

    def runbook(self, finding):
        look = registry.command(
            _t('The services that Cinder knows'),
            *('openstack', 'volume', 'service', 'list', '--long'),
        )
        if finding.word == 'none':
            way_out = registry.command(
                _t('On its host, where it is installed'),
                *('systemctl', 'start', services.BINARY),
            )
        else:
            way_out = registry.command(
                _t('Enable one'),
                *('openstack', 'volume', 'service', 'set', '--enable'),
                *('HOST', services.BINARY),
            )
        return registry.Runbook(
            meaning=_t('No volume can be backed up or restored.'),
            causes=(
                _t('It was never installed, or was taken away.'),
                _t('Somebody disabled it and forgot.'),
                _t('Volumes need no backup: BACKUP_EXCLUDE leaves them out.'),
            ),
            commands=(look, way_out),
            mended=_t('One is listed and enabled.'),
            documentation='cinder/{release}/admin/volume-backups.html',
        )

    def page(self, finding):
        return urls.reverse('horizon:rey:backups:index')
