"""The kind of task that proves backups: each is restored, checked, deleted."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import commands
from rey_dashboard.backups import drill_plan
from rey_dashboard.backups import drill_stages as stages
from rey_dashboard.backups import owners
from rey_dashboard.backups import proofs
from rey_dashboard.backups import restore_rates
from rey_dashboard.policy import operate
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import staged

#: A restore that is slower has failed.
LEAST_PATIENCE_S, PATIENCE_S_PER_GIB = 3600, 200


class ProveBackups(staged.Staged):
    """One step a volume. Parameters are told in ``drill_plan.Asked``.

    What is made is in the scratch project, and that project's quota pays.
    With a token of an administrator there Cinder restores the backup of any
    project, else those of that project alone (cinder 29; tried).
    """

    label = _('Restore backups as a drill')
    rule = operate.ACT
    labels = stages.LABELS
    making = stages.RESTORE
    cleaning = stages.STOP
    flags = {
        drill_plan.VOLUME_GONE: _('the volume itself is gone'),
        drill_plan.DEFAULT_TYPE: _('with the default type of Cinder'),
        drill_plan.FEWER: _(
            'fewer at once: the quota of the scratch project has no room for '
            'more'
        ),
        drill_plan.NO_ADMIN: _(
            'The service user has no role admin in the scratch project, as '
            'far as is known: give it before the start, or choose another'
        ),
    }

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        done = dict.fromkeys(self.names(), staged.TO_DO)
        return drill_plan.steps(region, drill_plan.read(parameters), done)

    def stages(self, context: kinds.Context, step, work: dict):
        return stages.Stages(
            owners.of(context, work['asked']['project_id']),
            f'rey-drill-{step.task_id}-{step.pk}',
            step.request_id,
            work,
        )

    def patience(self, work: Mapping) -> float:
        if work['stage'] == stages.RESTORE:
            of_size = PATIENCE_S_PER_GIB * work['asked']['gib']
            return max(LEAST_PATIENCE_S, of_size)
        return super().patience(work)

    def found(self, work: Mapping) -> Mapping[str, str]:
        checked = work.get('checked', {}).items()
        return {f'checked: {name}': words for name, words in checked}

    def commands(self, step) -> list[str]:
        if not step.work:
            return []
        asked = step.work['asked']
        name = f'rey-drill-{step.task_id}-{step.pk}'
        return [
            *commands.restore(
                asked['backup_id'],
                name,
                asked['gib'],
                asked['type'],
                asked['project_id'],
            ),
            f'openstack volume show {name}',
            commands.delete_volume(name),
        ]

    def estimate(self, past, size):
        """By what restores took, or not at all: see ``forecast``."""

    def forecast(self, task: tasks.Task):
        return restore_rates.forecast(task)

    def remarks(self, region: str, steps: Iterable) -> Mapping:
        steps = list(steps)
        times = restore_rates.remarks(region, steps, self.names()[1])
        told = super().remarks(region, steps)
        return {
            step.pk: {**times.get(step.pk, {}), **told.get(step.pk, {})}
            for step in steps
        }

    def mirror(self, region: str, steps: Iterable) -> None:
        proofs.write(region, steps)
