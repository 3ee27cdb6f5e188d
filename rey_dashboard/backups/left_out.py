"""Volumes that runs of policies left out: nobody tried to back them up."""

from collections.abc import Iterable

from django.db.models import Count
from django.db.models import Min
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import policy_checks
from rey_dashboard.checks import registry
from rey_dashboard.tasks import models as tasks


def of(task_ids: Iterable[int | None]) -> dict[int, tuple[int, str]]:
    """By task how many, and why the first was; others have other reasons."""
    steps = tasks.Step.objects.filter(
        task__in=[one for one in task_ids if one],
        state=tasks.Step.State.REFUSED,
    )
    told = list(
        steps.order_by()
        .values_list('task')
        .annotate(Count('pk'), first=Min('pk'))
    )
    why = dict(
        tasks.Step.objects.filter(
            pk__in=[first for _task, _n, first in told]
        ).values_list('task', 'error')
    )
    return {task: (number, why[task]) for task, number, _first in told}


class PolicyLeftOut(policy_checks.OfPolicies):
    """Of runs with a task the last that has ended counts.

    Of one that left out all the check of what failed tells.
    """

    label = _('Policies of backups whose last run left volumes out')
    titles = {
        '': _(
            'The last run of the policy %(name)s left out %(left_out)d of '
            '%(reached)d volumes'
        )
    }

    def find(self, region):
        policies = [
            policy
            for policy in self.enabled(
                region, task__state__in=tasks.Task.ENDED
            )
            if policy.last and policy.last.task.total
        ]
        left_out = of(policy.last.task_id for policy in policies)
        for policy in policies:
            task = policy.last.task
            if task.pk not in left_out:
                continue
            number, why = left_out[task.pk]
            yield self.found(
                policy,
                registry.SEVERITY.WARNING,
                since=task.ended_at,
                hits=number,
                task=task.pk,
                due_at=policy.last.due_at,
                left_out=number,
                reached=task.total + number,
                error=why,
            )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'These volumes have no backup of that run, though all that '
                'was tried may have succeeded. The page of its task tells '
                'each with its reason.'
            ),
            causes=(
                _t(
                    'The quota of a project has no room for more backups: '
                    'raise it, delete backups, or keep fewer.'
                ),
                _t('The volume is in a state in which Cinder backs up none.'),
                _t('The volume or its project is gone.'),
            ),
            mended=_t('A later run leaves none out.'),
        )
