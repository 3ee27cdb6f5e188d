"""Upgrade checks that were pasted, kept with their baseline."""

from collections.abc import Iterator

from django.db import transaction

from rey_dashboard.runs import models
from rey_dashboard.verification import points
from rey_dashboard.verification import upgrade_text


def keep(
    baseline: models.Baseline,
    text: str,
    service: str,
    who_id: str,
    who_name: str,
) -> list[models.UpgradeCheck]:
    """All of them, or none.

    :raises upgrade_text.Wrong: the text has a fault
    """
    told = upgrade_text.read(text, service)
    with transaction.atomic():
        return [
            models.UpgradeCheck.objects.create(
                baseline=baseline,
                who_id=who_id,
                who_name=who_name[:255],
                service=one.service[:64],
                results=[list(check) for check in one.checks],
                broke=one.broke,
            )
            for one in told
        ]


def newest(baseline: models.Baseline) -> list[models.UpgradeCheck]:
    """Of each service that which counts."""
    found = {}
    for row in baseline.upgrade_checks.order_by('at', 'pk'):
        found[row.service] = row
    return [found[service] for service in sorted(found)]


def points_of(baseline: models.Baseline) -> Iterator[points.Point]:
    for row in newest(baseline):
        if row.broke:
            yield points.Point(
                'upgrade_checks', row.service, points.BROKE, 1, [row.broke]
            )
        for result in reversed(upgrade_text.RESULTS):
            lines = [
                ': '.join(filter(None, (name, details)))
                for name, told, details in row.results
                if told == result
            ]
            if lines:
                yield points.Point(
                    *('upgrade_checks', row.service),
                    *(result, len(lines), lines),
                )
