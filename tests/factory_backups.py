"""Rows of what is backed up, with what a test does not care for filled in."""

import collections
import datetime

from django.utils import timezone

from rey_dashboard.inventory import levels
from rey_dashboard.inventory import models
from tests import factory

STATES = models.VolumeCoverage.State
DAY = datetime.timedelta(days=1)


def ago(**span):
    return timezone.now() - datetime.timedelta(**span)


def volume(volume_id, project_id, state='protected', **columns):
    """A volume that is judged to be in this state."""
    name = columns.setdefault('name', volume_id)
    row = models.VolumeCoverage.objects.create(
        region=factory.REGION,
        volume_id=volume_id,
        project_id=project_id,
        state=state,
        **{
            'sort_name': name.casefold() or None,
            'size_gib': 1,
            'type': 'fast',
            'back_end': 'host@lvm#pool',
            'status': 'available',
            'severity': models.VolumeCoverage.BY_SEVERITY.index(state),
            'within': state == STATES.PROTECTED,
            'target_h': 24,
            'target_source': 'default',
            **columns,
        },
    )
    _add_to_domain(row)
    return row


def _add_to_domain(volume):
    project = models.Project.objects.filter(id=volume.project_id).first()
    nothing = dict.fromkeys(('volumes', 'gib', 'within', 'within_gib'), 0)
    row, _is_new = models.DomainCoverage.objects.get_or_create(
        region=factory.REGION,
        domain_id=project.domain_id if project else '',
        state=volume.state,
        defaults=nothing,
    )
    row.volumes += 1
    row.gib += volume.size_gib
    if volume.within:
        row.within += 1
        row.within_gib += volume.size_gib
    row.save()


def projects():
    """Makes the projects' rows of the volumes that are there."""
    found = collections.defaultdict(list)
    for row in models.VolumeCoverage.objects.all():
        found[row.project_id].append(row)
    for project_id, rows in found.items():
        project(project_id, rows)


def project(project_id, rows=(), **columns):
    """A project's row, added up from its volumes."""
    counted = [r for r in rows if r.state not in ('new', 'excluded')]
    within = [r for r in counted if r.within]
    ill = [r for r in rows if r.state in models.VolumeCoverage.AT_RISK]
    states = collections.Counter(row.state for row in rows)
    return models.ProjectCoverage.objects.create(
        region=factory.REGION,
        project_id=project_id,
        **{
            'volumes': len(rows),
            'gib': sum(row.size_gib for row in rows),
            'counted': len(counted),
            'within': len(within),
            'within_gib': sum(row.size_gib for row in within),
            'percent': len(within) / len(counted) * 100 if counted else None,
            'at_risk': len(ill),
            'at_risk_gib': sum(row.size_gib for row in ill),
            'held_gib': sum(row.held_gib for row in rows),
            'target_h': 24,
            'target_source': 'default',
            **states,
            **columns,
        },
    )


def backup(backup_id, project_id, volume_id='v', **columns):
    if columns.get('updated_at'):
        took = columns['updated_at'] - columns['created_at']
        columns.setdefault('took', took)
    return models.Backup.objects.create(
        region=factory.REGION,
        id=backup_id,
        project_id=project_id,
        volume_id=volume_id,
        **{
            'name': backup_id,
            'user_id': '',
            'snapshot_id': '',
            'status': 'available',
            'fail_reason': '',
            'size_gib': 1,
            'is_incremental': False,
            'has_dependent_backups': False,
            'container': 'volumebackups',
            'zone': 'nova',
            'created_at': timezone.now(),
            'seen': 1,
            **columns,
        },
    )


def hold(backup_id, project_id, **columns):
    return models.BackupHold.objects.create(
        region=factory.REGION,
        backup_id=backup_id,
        project_id=project_id,
        **{
            'reason': 'Court <order>',
            'at': timezone.now(),
            'who_id': 'rey',
            'who_name': 'Rey',
            **columns,
        },
    )


def chain(backup_id, **columns):
    return models.BackupChain.objects.create(
        region=factory.REGION, backup_id=backup_id, **columns
    )


def day(project_id, back, within, counted):
    """The samples of one day, so many days ago."""
    today = timezone.now().astimezone(datetime.UTC).date()
    models.CoverageDay.objects.create(
        region=factory.REGION,
        project_id=project_id,
        day=today - back * DAY,
        samples=1,
        within=within,
        counted=counted,
    )
    levels.record(factory.REGION, today)
    levels.add_up_domains(factory.REGION)


def service(host, **columns):
    return models.VolumeService.objects.create(
        region=factory.REGION,
        host=host,
        **{
            'binary': 'cinder-backup',
            'zone': 'nova',
            'status': 'enabled',
            'state': 'up',
            'updated_at': timezone.now(),
            'seen': 1,
            **columns,
        },
    )
