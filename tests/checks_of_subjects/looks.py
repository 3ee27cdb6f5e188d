"""What a check finds, and how it tells it."""

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from tests import factory

REGION = factory.REGION
SEVERITY = registry.SEVERITY


def found(check):
    return {one.subject: one for one in check.find(REGION)}


def told(check, one):
    return str(check.title(one))


def host(name, state='down', status='enabled'):
    models.Host.objects.create(
        region=REGION, id=name, name=name, state=state, status=status, seen=1
    )
