"""The check of the checks: which of them break, or cannot be loaded."""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import models
from rey_dashboard.checks import registry
from rey_dashboard.policy import data

#: Of its entry point.
NAME = 'broken_check'


class BrokenCheck(registry.Check):
    """It resolves by itself when the check runs well again."""

    label = _('Checks that cannot be run')
    area = 'operate'
    rule = data.READ
    titles = {
        'broke': _('The check %(name)s broke: %(error)s'),
        'unusable': _('The check %(name)s cannot be loaded'),
    }

    def find(self, region):
        installed = registry.installed()
        broke = models.CheckRun.objects.filter(region=region).exclude(error='')
        for run in broke:
            # Of a package that is not here any more nothing is expected.
            if run.check_name in installed:
                yield registry.Found(
                    subject=run.check_name,
                    subject_name=str(installed[run.check_name].label),
                    severity=registry.SEVERITY.WARNING,
                    word='broke',
                    evidence={
                        'error': run.error,
                        'last_good_at': run.last_good_at,
                    },
                    since=run.breaking_since,
                )
        for name, why in installed.troubles.items():
            if name not in installed:
                yield registry.Found(
                    subject=name,
                    severity=registry.SEVERITY.WARNING,
                    word='unusable',
                    # The first line alone: it may be a whole traceback.
                    evidence={'why': why.partition('\n')[0][:500]},
                )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Nothing is wrong with the cloud, but nobody looks: what this '
                'check found before is shown as it was then.'
            ),
            causes=(
                _t('A fault in the check. Its package’s makers want to know.'),
                _t('Its package is of another version than rey-dashboard.'),
            ),
            commands=(
                registry.command(
                    _t('The whole error, on the worker’s host'),
                    'journalctl',
                    '--unit=rey-dashboard-worker',
                    f'--grep=Check {finding.subject} ',
                ),
            ),
            mended=_t('It is gone after the next collection.'),
        )
