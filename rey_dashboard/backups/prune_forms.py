from django import forms as django_forms
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import forms
from rey_dashboard.backups import made
from rey_dashboard.backups import policy_rights
from rey_dashboard.backups import prune_plan
from rey_dashboard.backups import retention
from rey_dashboard.inventory import models
from rey_dashboard.pages import forms as page_forms

BY_HAND = 'by_hand'
MOST_KEPT, MOST_DAYS = 1000, 3660


def policies(scope):
    """Those that are there and that the user may see."""
    rows = policy_rights.of(scope).filter(removed_at=None)
    return rows.order_by('name', 'pk')


def _number(label, short, most):
    return django_forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        widget=django_forms.NumberInput(attrs={'placeholder': short}),
    )


class PruningForm(forms.OfDomain):
    """Whose backups would be deleted, and which of them are listed."""

    narrowing = ('policy', 'keep_last', 'keep_days', 'q', 'project', 'domain')

    policy = page_forms.choice(_('Policy'))
    keep_last = _number(_('Keep the last …'), _('Last'), MOST_KEPT)
    keep_days = _number(_('Keep … days'), _('Days'), MOST_DAYS)
    q = page_forms.search(_('Backup or volume, name or id'))
    project = page_forms.search(_('Project id'))
    domain = page_forms.choice(_('Domain'))

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        self.fields['policy'].choices = [
            ('', _('All enabled policies')),
            (BY_HAND, _('What no policy looks after')),
            *((str(row.pk), row.name) for row in policies(scope)),
        ]

    @property
    def is_by_hand(self) -> bool:
        return self.cleaned_data['policy'] == BY_HAND

    @property
    def chosen(self):
        """The policies of which a dry run is made."""
        rows = policies(self.scope)
        policy = self.cleaned_data['policy']
        if policy:
            return rows.filter(pk=policy)
        return rows.filter(enabled=True)

    @cached_property
    def unclaimed(self) -> list[QuerySet[models.Backup]]:
        """Parts; of these some may be what no policy looks after."""
        rows = self.in_domain(self.scope.backups())
        return list(made.unclaimed(self.scope.region, rows))

    def by_hand(self) -> prune_plan.Asked | None:
        """None when one has to choose a domain before: a task has one."""
        told = self.cleaned_data
        domain_id = told['domain']
        if not self.scope.is_whole and not domain_id:
            if len(self.scope.domain_ids) != 1:
                return None
            (domain_id,) = self.scope.domain_ids
        rule = retention.Rule(told['keep_last'] or 0, told['keep_days'] or 0)
        return prune_plan.Asked(
            volumes=prune_plan.volumes(
                self.scope.region, self.unclaimed, rule
            ),
            keep_last=rule.keep_last,
            keep_days=rule.keep_days,
            domain_id=domain_id,
            project_id=told['project'],
        )

    def filter(self, rows):
        """Of a list."""
        q = self.cleaned_data['q'].casefold()
        if q:
            rows = [row for row in rows if _has(row, q)]
        project = self.cleaned_data['project']
        if project:
            rows = [row for row in rows if row.project_id == project]
        domain = self.cleaned_data['domain']
        if domain:
            rows = [
                row
                for row in rows
                if row.project and row.project.domain_id == domain
            ]
        return rows


def _has(row, q):
    backup = row.backup
    told = (backup.name, backup.id, row.volume_name, backup.volume_id)
    return any(q in text.casefold() for text in told)
