"""What pages tell of findings, in the reader's language."""

from collections.abc import Mapping
import dataclasses
import logging
import statistics

from django import urls
from django.utils.translation import gettext as _t

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.inventory import parts

LOG = logging.getLogger(__name__)

#: Bootstrap's colour of each severity.
COLOURS: Mapping = {
    models.Finding.Severity.CRITICAL: 'danger',
    models.Finding.Severity.ERROR: 'danger',
    models.Finding.Severity.WARNING: 'warning',
    models.Finding.Severity.NOTE: 'info',
}
#: So many findings that were mended tell how long it usually takes.
FEWEST_MENDED, MOST_MENDED = 5, 100
#: What a check raises that is given a finding of an older version of it.
_LACKING = (KeyError, TypeError, ValueError)


def title(finding: models.Finding) -> str:
    """In English where its check is not installed here, or has changed."""
    check = registry.installed().get(finding.check_name)
    if check is None:
        return finding.title
    try:
        return str(check.title(finding))
    except _LACKING:
        LOG.info('Finding %s is told as it was stored', finding.pk)
        return finding.title


def runbook(finding: models.Finding) -> registry.Runbook | None:
    """None where its check is not installed here, or has changed."""
    check = registry.installed().get(finding.check_name)
    if check is None:
        return None
    try:
        return check.runbook(finding)
    except _LACKING:
        LOG.info('Finding %s has lost its runbook', finding.pk)
        return None


@dataclasses.dataclass(frozen=True)
class Usual:
    """How long findings of a check were open, as we measured it.

    :param seconds: the median
    :param findings: that it is of
    """

    seconds: float
    findings: int


def usual(finding: models.Finding) -> Usual | None:
    """Of those of its check that were resolved last; none of a few."""
    rows = models.Finding.objects.filter(
        region=finding.region,
        check_name=finding.check_name,
        resolved_at__isnull=False,
    ).order_by('-resolved_at')
    times = rows.values_list('opened_at', 'resolved_at')[:MOST_MENDED]
    took = [(end - begin).total_seconds() for begin, end in times]
    if len(took) < FEWEST_MENDED:
        return None
    return Usual(statistics.median(took), len(took))


def page(finding: models.Finding) -> str:
    """Address of our page that shows it; nothing without one."""
    check = registry.installed().get(finding.check_name)
    if check is None:
        return ''
    try:
        return check.page(finding)
    except (*_LACKING, urls.NoReverseMatch):
        LOG.info('Finding %s has lost its page', finding.pk)
        return ''


def change(finding: models.Finding) -> registry.Change | None:
    """The task that may mend it; none where its check has changed."""
    check = registry.installed().get(finding.check_name)
    if check is None:
        return None
    try:
        return check.change(finding)
    except (*_LACKING, urls.NoReverseMatch):
        LOG.info('Finding %s has lost its task', finding.pk)
        return None


def state(run: models.CheckRun | None) -> str:
    """Why a check's findings are not of now; nothing when they are."""
    if run is None:
        return _t('never looked')
    if run.error:
        return _t('broke: %s') % run.error
    if run.waits_for:
        labels = [str(parts.LABELS.get(name, name)) for name in run.waits_for]
        return _t('not looked: %s could not be read') % ', '.join(labels)
    return ''
