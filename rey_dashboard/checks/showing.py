"""What pages tell of findings, in the reader's language."""

from collections.abc import Mapping
import logging

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
