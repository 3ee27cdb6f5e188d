"""Projects of which Cinder counts something else than it lists."""

from django import urls
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from rey_dashboard.checks import models as findings
from rey_dashboard.checks import owners
from rey_dashboard.checks import registry
from rey_dashboard.inventory import drift
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.policy import usage

NAME = 'quota_drift'
_SEVERITY = registry.SEVERITY


class QuotaDrift(registry.Check):
    """One finding a project.

    Quotas and listings are read one after the other, and what changes
    meanwhile is read once more. So what the last collection read itself
    proves nothing; but it does not refute what was found before.
    """

    label = _('Quotas that Cinder counts wrongly')
    area = 'usage'
    rule = usage.READ
    rests_on = drift.PARTS
    titles = {
        '': ngettext_lazy(
            '%(name)s: Cinder counts %(number)d of its quotas wrongly',
            '%(name)s: Cinder counts %(number)d of its quotas wrongly',
            'number',
        )
    }

    def find(self, region):
        last = models.Collector.objects.get(region=region).number
        told = findings.Finding.objects.open().filter(
            region=region, check_name=NAME
        )
        known = set(told.values_list('subject', flat=True))
        projects = owners.Owners(region)
        wrong = {}
        for row in drift.wrong(region):
            project_id = row['project_id']
            is_new = row['seen'] >= last and project_id not in known
            if not is_new and projects.counts(project_id):
                wrong.setdefault(project_id, []).append(row)
        for project_id, rows in wrong.items():
            yield _found(project_id, projects.name(project_id), rows)

    def runbook(self, finding):
        look, mend = drift.commands(finding.subject)
        return registry.Runbook(
            meaning=_t(
                'Where it counts too much, the project is refused what it is '
                'entitled to; where too little, it gets more.'
            ),
            causes=(
                _t('A service of Cinder stopped in the middle of an order.'),
                _t('Somebody changed rows of Cinder’s database.'),
            ),
            commands=(
                registry.Command(
                    _t('What Cinder itself finds; on one of its hosts'), look
                ),
                registry.Command(_t('Let it count anew'), mend),
            ),
            mended=_t(
                'The next reading of its quota counts what Cinder lists. '
                'Refresh now asks for it.'
            ),
            documentation='cinder/{release}/cli/cinder-manage.html',
        )

    def page(self, finding):
        return urls.reverse(
            'horizon:rey:projects:detail', args=[finding.subject]
        )


def _found(project_id, name, rows):
    too_much = any(row['in_use'] > row['listed'] for row in rows)
    names = ('resource', 'in_use', 'listed')
    return registry.Found(
        subject=project_id,
        subject_name=name,
        severity=_SEVERITY.WARNING if too_much else _SEVERITY.NOTE,
        evidence={
            'number': len(rows),
            'quotas': [
                {
                    'service': resources.VOLUME,
                    **{key: row[key] for key in names},
                }
                for row in rows
            ],
        },
        project_id=project_id,
        hits=1,
        hits_what=registry.HIT.PROJECTS,
    )
