"""The kind of task that deletes backups of ours that nobody needs."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import commands
from rey_dashboard.backups import deleting
from rey_dashboard.backups import owners
from rey_dashboard.backups import prune_plan
from rey_dashboard.backups import retention
from rey_dashboard.cloud import backups
from rey_dashboard.inventory import coverage_again
from rey_dashboard.policy import operate
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import telling

KIND = 'prune_backups'


class PruneBackups(kinds.Kind):
    """Parameters are told in ``prune_plan.Asked``.

    What the plan took for so is looked at once more when a backup's turn
    comes, in the cloud, and the holds as they are then.
    """

    label = _('Delete backups that need not be kept')
    rule = operate.ACT
    can_undo = False
    fewest_steps = 1
    flags = dict(retention.Reason.choices)
    tells = {prune_plan.GIB: telling.SIZE}

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        return prune_plan.steps(region, prune_plan.read(parameters))

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        row = owner.backup(step.work['backup_id'])
        if row is not None and row['status'] not in deleting.ON_ITS_WAY:
            _refuse_changed(row, step)
            _refuse_last(owner, row)
        return deleting.delete(owner, step)

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        return deleting.poll(owner, step)

    def commands(self, step) -> list[str]:
        return [commands.delete(step.target)]

    def mirror(self, region: str, steps: Iterable) -> None:
        steps = list(steps)
        rows = [row for step in steps for row in step.work.get('rows', ())]
        coverage_again.told(region, 'backups', rows)
        coverage_again.gone(region, [step.target for step in steps])
        volumes = [step.work['volume_id'] for step in steps]
        coverage_again.record(region, volumes)


def _refuse_changed(row, step):
    mark = backups.mark_of(row)
    if (row['volume_id'], mark) != (
        step.work['volume_id'],
        step.work['mark'],
    ):
        raise kinds.Conflict(
            _t('It does not say any more that this dashboard made it.')
        )


def _refuse_last(owner, row):
    """The inventory may be old: somebody may have deleted later ones."""
    if not owners.later_good(owner.backups(row['volume_id']), row):
        raise kinds.Conflict(
            _t('No later good backup of the volume is there any more.')
        )
