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


def title(finding: models.Finding) -> str:
    """In English where its check is not installed here, or has changed."""
    check = registry.installed().get(finding.check_name)
    if check is None:
        return finding.title
    try:
        return str(check.title(finding))
    except (KeyError, TypeError, ValueError):
        # What was found by an older version of the check lacks something.
        LOG.info('Finding %s is told as it was stored', finding.pk)
        return finding.title


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
