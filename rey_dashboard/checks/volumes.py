"""Volumes and snapshots that are in error, or left in the middle."""

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

STUCK_AFTER = datetime.timedelta(hours=1)
COPYING_AFTER = datetime.timedelta(hours=6)
#: Cinder's states that end by themselves (its ``objects/fields.py``, 29).
#: Those that last as long as a copy of the data stand apart. ``reserved`` is
#: none of them: so is a volume of a shelved server (code of nova 34,
#: ``compute/manager.py``, ``_terminate_volume_connections``).
PASSING = (
    'attaching',
    'creating',
    'deleting',
    'detaching',
    'extending',
    'managing',
    'unmanaging',
    'updating',
)
COPYING = (
    'backing-up',
    'downloading',
    'restoring',
    'restoring-backup',
    'retyping',
    'uploading',
)
_ERROR = 'error'
_SEVERITY = registry.SEVERITY


class Things(registry.Check):
    """One finding a thing; ``noun`` is its word in ``openstack``."""

    area = 'operate'
    rule = operate.READ
    model: type
    noun: tuple[str, ...]
    severity: registry.SEVERITY
    extra: tuple[str, ...] = ()

    def chosen(self, rows):
        """Those of the rows that are not as they should be."""
        raise NotImplementedError

    def find(self, region):
        yield from self.told(region, self.chosen(self.rows(region)))

    def rows(self, region):
        return self.model.objects.filter(region=region)

    def told(self, region, rows):
        projects = owners.Owners(region)
        columns = ('id', 'name', 'project_id', 'status', 'size_gib')
        times = ('updated_at', 'created_at')
        for row in rows.values(*columns, *times, *self.extra).iterator():
            if projects.counts(row['project_id']):
                yield self._found(row, projects.name(row['project_id']))

    def _found(self, row, project):
        is_volume = self.model is models.Volume
        return registry.Found(
            subject=row['id'],
            subject_name=row['name'],
            severity=self.severity,
            evidence={
                'status': row['status'],
                'size_gib': row['size_gib'],
                'project': project,
                **{name: row[name] for name in self.extra},
            },
            project_id=row['project_id'],
            # host@backend#pool
            host=row.get('host', '').partition('@')[0],
            hits=int(is_volume),
            hits_what=registry.HIT.VOLUMES
            if is_volume
            else registry.HIT.NOTHING,
            since=row['updated_at'] or row['created_at'],
        )

    def page(self, finding):
        name = 'snapshots' if 'snapshot' in self.noun else 'volumes'
        return urls.reverse(
            f'horizon:rey:projects:{name}', args=[finding.project_id]
        )

    def looks(self, finding):
        one = finding.subject
        yield registry.command(
            _t('What Cinder knows of it'),
            *('openstack', *self.noun, 'show', one),
        )
        yield registry.command(
            _t('Why its last task failed, as users are told'),
            *('openstack', '--os-volume-api-version', '3.5'),
            *('volume', 'message', 'list', '--project', finding.project_id),
        )
        yield registry.command(
            _t('Whether the volume services are up'),
            *('openstack', 'volume', 'service', 'list'),
        )

    def set_state(self, finding, state, purpose):
        return registry.command(
            purpose,
            *('openstack', *self.noun, 'set', '--state', state),
            finding.subject,
        )


class _InError(Things):
    severity = _SEVERITY.ERROR

    def chosen(self, rows):
        return rows.filter(status__startswith=_ERROR)

    def runbook(self, finding):
        delete = registry.command(
            _t('Delete it, when nobody needs it'),
            *('openstack', *self.noun, 'delete', finding.subject),
        )
        return registry.Runbook(
            meaning=_t('Cinder gave up on it; its owner cannot use it.'),
            causes=(
                _t('Its back end was away, or had no room.'),
                _t('cinder-volume was restarted while it worked on it.'),
                _t('Something still uses it, so that it cannot be deleted.'),
            ),
            commands=(
                *self.looks(finding),
                self.set_state(
                    finding,
                    'available',
                    _t('When the back end has it whole, and nothing uses it'),
                ),
                delete,
            ),
            mended=_t('Its state is available or in-use, or it is gone.'),
            documentation='cinder/{release}/admin/index.html',
        )


class _Stuck(Things):
    severity = _SEVERITY.WARNING

    def chosen(self, rows):
        now = timezone.now()
        passing = rows.filter(
            status__in=PASSING, updated_at__lt=now - STUCK_AFTER
        )
        copying = rows.filter(
            status__in=COPYING, updated_at__lt=now - COPYING_AFTER
        )
        # Cinder writes no time of a change into a row that never changed.
        unchanged = rows.filter(
            status__in=PASSING,
            updated_at=None,
            created_at__lt=now - STUCK_AFTER,
        )
        return passing | copying | unchanged

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t('Cinder refuses all orders for it until that ends.'),
            causes=(
                _t('cinder-volume was restarted while it worked on it.'),
                _t('A message was lost: RabbitMQ was away for a moment.'),
                _t('The back end is slow, or does not answer.'),
            ),
            commands=(
                *self.looks(finding),
                self.set_state(
                    finding,
                    'error',
                    _t('When nothing works on it: so it can be deleted'),
                ),
                self.set_state(
                    finding,
                    'available',
                    _t('Or, when the back end has it whole and unused'),
                ),
            ),
            mended=_t('Its state is available or in-use, or it is gone.'),
            documentation='cinder/{release}/admin/index.html',
        )


class VolumeError(_InError):
    label = _('Volumes in error')
    rests_on = (parts.VOLUMES,)
    titles = {'': _('The volume %(name)s is in the state %(status)s')}
    model, noun = models.Volume, ('volume',)
    extra = ('host', 'type')


class VolumeStuck(_Stuck):
    label = _('Volumes stuck in a state')
    rests_on = (parts.VOLUMES,)
    titles = {'': _('The volume %(name)s has been %(status)s for long')}
    model, noun = models.Volume, ('volume',)
    extra = ('host', 'type')


class SnapshotError(_InError):
    label = _('Snapshots in error')
    rests_on = (parts.SNAPSHOTS,)
    titles = {'': _('The snapshot %(name)s is in the state %(status)s')}
    model, noun = models.Snapshot, ('volume', 'snapshot')
    extra = ('volume_id',)


class SnapshotStuck(_Stuck):
    label = _('Snapshots stuck in a state')
    rests_on = (parts.SNAPSHOTS,)
    titles = {'': _('The snapshot %(name)s has been %(status)s for long')}
    model, noun = models.Snapshot, ('volume', 'snapshot')
    extra = ('volume_id',)
