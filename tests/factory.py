"""Rows of the inventory, with what a test does not care for filled in."""

import datetime

from django.utils import timezone

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts

REGION = 'RegionOne'


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


def summary(project_id, **columns):
    name = columns.get('name', project_id)
    columns.setdefault('sort_name', name.casefold())
    columns.setdefault('name', name)
    columns.setdefault('state', 'enabled')
    return models.ProjectSummary.objects.create(
        region=REGION, project_id=project_id, **columns
    )
