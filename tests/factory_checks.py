"""Checks as they are installed, looks, and what they found."""

import configparser
from importlib import metadata
import pathlib

from django.utils import timezone

from rey_dashboard.checks import cycle
from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.policy import operate
from tests import factory

_SETUP = pathlib.Path(__file__).parent.parent / 'setup.cfg'


def entries() -> dict[str, str]:
    """Ours, as setup.cfg names them: whatever is installed here."""
    told = configparser.ConfigParser()
    told.read(_SETUP)
    lines = told['options.entry_points'][registry.GROUP].strip().splitlines()
    return dict(line.replace(' ', '').split('=') for line in lines)


def ours() -> registry.Checks:
    return registry.Checks(
        metadata.EntryPoint(name, value, registry.GROUP)
        for name, value in entries().items()
    )


class PaperCheck(registry.Check):
    """It finds what a test says."""

    label, area, rule = 'Paper', 'operate', operate.READ
    titles = {'': 'Paper %(name)s', 'torn': 'Torn %(name)s: %(why)s'}

    def __init__(self):
        self.found = []
        self.error = None
        self.looks = 0

    def find(self, region):
        self.looks += 1
        yield from self.found
        if self.error:
            raise self.error

    def runbook(self, finding):
        return registry.Runbook('It is paper.')


def found(subject, **more):
    return registry.Found(
        **{
            'subject': subject,
            'severity': registry.SEVERITY.WARNING,
            **more,
        }
    )


def look():
    cycle.run(factory.REGION)


def open_ones(check_name):
    return list(
        models.Finding.objects.open()
        .filter(check_name=check_name)
        .order_by('subject')
    )


def make_finding(subject='one', **more):
    now = timezone.now()
    return models.Finding.objects.create(
        **{
            'region': factory.REGION,
            'check_name': 'paper',
            'subject': subject,
            'severity': registry.SEVERITY.WARNING,
            'title': f'Paper {subject}',
            'first_seen_at': now,
            'last_seen_at': now,
            'opened_at': now,
            **more,
        }
    )
