"""Rows of the inventory, with what a test does not care for filled in."""

import datetime

from django.utils import timezone

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources

REGION = 'RegionOne'
#: Id of the user in Horizon's canned token.
USER = 'test_user_id'


def collected(ago=datetime.timedelta(minutes=2), **changed):
    """Every part was read well some time ago, and the worker is alive."""
    now = timezone.now()
    models.Worker.objects.update_or_create(
        host='ops-1', defaults={'seen_at': now}
    )
    models.Collector.objects.update_or_create(
        region=REGION,
        defaults={
            'number': 1,
            'started_at': now - ago,
            'ended_at': now - ago,
        },
    )
    for name in parts.LABELS:
        models.PartState.objects.create(
            region=REGION,
            name=name,
            **{
                'started_at': now - ago,
                'ended_at': now - ago,
                'last_good_at': now - ago,
                'rows': 1,
                'calls': 1,
                **changed,
            },
        )


def summary(project_id, quotas=None, **columns):
    """A project's row; ``quotas`` maps our resources to (used, limit)."""
    for resource in resources.ALL:
        if resource.name in (quotas or {}):
            used, limit = quotas[resource.name]
            quota(project_id, resource.service, resource.resource, limit, used)
    name = columns.get('name', project_id)
    columns.setdefault('sort_name', name.casefold() or None)
    columns.setdefault('name', name)
    columns.setdefault('state', 'enabled')
    return models.ProjectSummary.objects.create(
        region=REGION, project_id=project_id, **columns
    )


def domain(domain_id, **columns):
    return models.Domain.objects.create(
        region=REGION,
        id=domain_id,
        **{'name': domain_id, 'enabled': True, 'seen': 1, **columns},
    )


def project(project_id, **columns):
    return models.Project.objects.create(
        region=REGION,
        id=project_id,
        **{
            'name': project_id,
            'domain_id': 'default',
            'enabled': True,
            'seen': 1,
            **columns,
        },
    )


def domain_role(domain_id, role='manager', ago=datetime.timedelta(minutes=1)):
    """A role of the user who ``sign_in`` signs in."""
    return models.DomainRole.objects.create(
        region=REGION,
        user_id=USER,
        domain_id=domain_id,
        role_name=role,
        read_at=timezone.now() - ago,
    )


def quota(project_id, service, resource, limit, in_use, reserved=0):
    return models.Quota.objects.create(
        region=REGION,
        project_id=project_id,
        service=service,
        resource=resource,
        limit=limit,
        in_use=in_use,
        reserved=reserved,
        percent=resources.percent(in_use, limit),
        seen=1,
    )


def hours(project_id, day, vcpu_hours, user_id='u', **columns):
    """The hours of one project, day and user; RAM and disk are made up."""
    models.UsageDayState.objects.get_or_create(
        region=REGION,
        day=day,
        defaults={'read_until': timezone.now(), 'is_over': True},
    )
    return models.UsageDay.objects.create(
        region=REGION,
        project_id=project_id,
        day=day,
        user_id=user_id,
        **{
            'servers': 1,
            'server_hours': 24,
            'vcpu_hours': vcpu_hours,
            'ram_mib_hours': 1024 * vcpu_hours,
            'disk_gib_hours': 0,
            **columns,
        },
    )


def server(server_id, project_id, **columns):
    return models.Server.objects.create(
        region=REGION,
        id=server_id,
        project_id=project_id,
        **{
            'name': server_id,
            'status': 'ACTIVE',
            'vcpus': 1,
            'ram_mib': 1024,
            'disk_gib': 1,
            'created_at': timezone.now(),
            'seen': 1,
            **columns,
        },
    )


def volume(volume_id, project_id, **columns):
    return models.Volume.objects.create(
        region=REGION,
        id=volume_id,
        project_id=project_id,
        **{
            'name': volume_id,
            'status': 'available',
            'size_gib': 1,
            'bootable': False,
            'created_at': timezone.now(),
            'seen': 1,
            **columns,
        },
    )
