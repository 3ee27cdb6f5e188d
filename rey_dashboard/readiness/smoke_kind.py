"""The kind of task that tries the cloud as its users do, and cleans up."""

from collections.abc import Iterator
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from rey_dashboard.cloud import scratch
from rey_dashboard.policy import install
from rey_dashboard.readiness import smoke_commands
from rey_dashboard.readiness import smoke_stages as stages
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import staged

KIND = 'smoke_test'


class SmokeTest(staged.Staged):
    """One step, since each of its stages needs the one before.

    Parameters: ``project_id`` and ``project_name``; ``image`` and ``flavor``
    (name or id; empty for the smallest); ``zone`` (``zone:host`` for one
    host).
    """

    label = _('Smoke test')
    rule = install.ACT
    labels = stages.LABELS
    making = 'network'
    cleaning = 'detach'
    #: Backups may be slow.
    patience_of = {'backup': 1800, 'restore': 1800, 'detach': 180}

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        yield kinds.Planned(
            target=parameters['project_id'],
            target_name=parameters['project_name'][:255],
            service='compute',
            after=dict.fromkeys(self.names(), staged.TO_DO),
        )

    def stages(self, context: kinds.Context, step, work: dict):
        return stages.Stages(
            _scratch(context, step.target),
            f'rey-smoke-{step.task_id}-{step.pk}',
            step.request_id,
            step.task.parameters,
            work,
        )

    def commands(self, step) -> list[str]:
        return smoke_commands.of(step)


def _scratch(context, project_id):
    key = 'scratch', project_id
    if key not in context.kept:
        made = scratch.Scratch(context.cloud, context.session, project_id)
        context.kept.setdefault(key, made)
    return context.kept[key]
