"""The kinds of task that mend what Cinder left in the middle."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import datetime

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import commands
from rey_dashboard.backups import holds
from rey_dashboard.backups import mending
from rey_dashboard.backups import owners
from rey_dashboard.backups import stuck
from rey_dashboard.backups import stuck_plan
from rey_dashboard.cloud import stuck_backups
from rey_dashboard.cloud import times
from rey_dashboard.inventory import coverage_again
from rey_dashboard.policy import operate
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models

RESET, FORCE_DELETE = 'reset_backups', 'force_delete_backups'
BACKUP = stuck_plan.BACKUP
STEPS = models.Step.State
#: Cinder takes an order to set a status, and nothing may come of it.
RESET_PATIENCE_S = 60
#: The same of one to delete, which may have much to do.
DELETE_PATIENCE_S = 6 * 3600


class _OfStuck(kinds.Kind):
    """Parameters are told in ``stuck_plan.Asked``.

    All orders have a token of the administrator, whatever project it is.
    """

    rule = operate.ACT
    can_undo = False
    fewest_steps = 1
    flags = {
        stuck_plan.HALF: _('it looks good then, and may lack data'),
        stuck_plan.LOST: _('it is whole, and looks failed then'),
        stuck_plan.VOLUME_UNKNOWN: _(
            'several volumes are being restored: Cinder does not tell which '
            'is its own, so none is set'
        ),
        stuck_plan.HALF_RESTORED: _(
            'on the volume stands neither the old nor the new'
        ),
    }

    def mirror(self, region: str, steps: Iterable) -> None:
        steps = list(steps)
        rows = [row for step in steps for row in step.work.get('rows', ())]
        coverage_again.told(region, 'backups', rows)
        volumes = [step.work.get('volume') for step in steps]
        coverage_again.told(region, 'volumes', filter(None, volumes))
        coverage_again.gone(
            region,
            [
                step.target
                for step in steps
                if step.after[BACKUP] == stuck_plan.DELETED
            ],
        )
        coverage_again.record(
            region, [step.work['volume_id'] for step in steps]
        )


class ResetBackups(_OfStuck):
    label = _('Set the status of stuck backups')

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        return stuck_plan.resets(region, stuck_plan.read(parameters))

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        row = _row(owner, step)
        if row['status'] == step.after[BACKUP]:
            return _mended(owner, step, row)
        if row['status'] != step.before[BACKUP]:
            raise _changed(row)
        _refuse_touched(row, step)
        try:
            stuck_backups.reset(owner, BACKUP, row['id'], step.after[BACKUP])
        except stuck_backups.NoService:
            raise _no_service() from None
        work = {**step.work, 'ordered': True}
        return kinds.Running(owners.LOOK_S, work=work)

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        row = _row(owner, step)
        if row['status'] == step.after[BACKUP]:
            return _mended(owner, step, row)
        if row['status'] != step.before[BACKUP]:
            raise _changed(row)
        if _waited_s(step) < RESET_PATIENCE_S:
            return kinds.Running(owners.look_again_s(step), work=step.work)
        raise kinds.Refused(
            _t('Cinder took the order, and nothing came of it.'),
            _t(
                'The cinder-backup that takes orders for it has declined: its '
                'driver is another one, or none ever began the backup. Look '
                'into its log. When cinder-backup starts on the host that '
                'began it, it mends by itself what it left.'
            ),
        )

    def commands(self, step) -> list[str]:
        if not step.after:
            return []
        lines = [commands.set_status(BACKUP, step.target, step.after[BACKUP])]
        return [*lines, *_of_thing(step)]


class ForceDeleteBackups(_OfStuck):
    label = _('Delete stuck backups by force')

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        return stuck_plan.deletions(region, stuck_plan.read(parameters))

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        row = owner.backup(step.target)
        if row is None or row['status'] == 'deleted':
            return _deleted(owner, step)
        if row['status'] not in (step.before[BACKUP], stuck.DELETING):
            raise _changed(row)
        _refuse_touched(row, step)
        holds.refuse(step.task.region, row['id'])
        rows = [
            other
            for other in stuck_backups.of_volume(owner, row['volume_id'])
            if stuck_backups.is_owners(owner, other)
        ]
        # Cinder does not look whether others of the owner build on it.
        if owners.is_built_on(rows, row):
            raise kinds.Conflict(_t('Others build on it by now.'))
        base = [one['id'] for one in owners.base_among(rows, row)]
        _force(owner, row)
        work = {**step.work, 'ordered': True, 'base': base}
        return kinds.Running(owners.LOOK_S, work=work)

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        row = owner.backup(step.target)
        if row is None or row['status'] == 'deleted':
            return _deleted(owner, step)
        if row['status'] != stuck.DELETING:
            raise kinds.Refused(
                row.get('fail_reason') or _t('Cinder could not delete it.'),
                _t('Look whether the backup storage answers, and retry.'),
            )
        if _waited_s(step) < DELETE_PATIENCE_S:
            return kinds.Running(owners.look_again_s(step), work=step.work)
        raise kinds.Refused(
            _t('It is still being deleted.'),
            _t('Look whether cinder-backup runs, and into its log.'),
        )

    def commands(self, step) -> list[str]:
        if not step.after:
            return []
        return [commands.force_delete(step.target), *_of_thing(step)]


def _row(owner, step):
    row = owner.backup(step.target)
    if row is None or row['status'] == 'deleted':
        raise kinds.Conflict(_t('The backup is gone meanwhile.'))
    return row


def _changed(row):
    return kinds.Conflict(_t('The backup is %s by now.') % row['status'])


def _refuse_touched(row, step):
    """Somebody is at it by now, unless it was an order of this step."""
    if step.state != STEPS.PENDING or 'ordered' in step.work:
        return
    at = times.parse(row['updated_at'] or row['created_at'])
    if at > datetime.datetime.fromisoformat(step.work['since']):
        raise kinds.Conflict(
            _t('Cinder has changed it since it was planned: look again.')
        )


def _no_service():
    return kinds.Refused(
        _t('No cinder-backup is there that could take the order.'),
        _t(
            'One has to be up and enabled: openstack volume service list '
            '--service cinder-backup'
        ),
    )


def _force(owner, row):
    try:
        stuck_backups.force_delete(owner, row['id'])
    except stuck_backups.NoService:
        raise _no_service() from None
    except stuck_backups.CannotForce:
        raise kinds.Refused(
            _t('The driver of the backup storage cannot delete by force.'),
            _t('Set it to error, and delete it then as any other.'),
        ) from None


def _mended(owner, step, row):
    after, volume = mending.mend(owner, step)
    work = {**step.work, 'rows': [owners.kept(row)]}
    if volume:
        work['volume'] = owners.kept(volume)
    return kinds.Done({**step.after, **after}, work)


def _deleted(owner, step):
    after, volume = mending.mend(owner, step)
    base = map(owner.backup, step.work.get('base', ()))
    work = {**step.work, 'rows': [owners.kept(row) for row in base if row]}
    if volume:
        work['volume'] = owners.kept(volume)
    return kinds.Done({**step.after, **after}, work)


def _waited_s(step):
    if not step.started_at:
        return 0
    return (timezone.now() - step.started_at).total_seconds()


def _of_thing(step):
    kind = step.work['kind']
    to_status = step.after.get(kind)
    if not to_status or to_status == step.before.get(kind):
        return []
    return [commands.set_status(kind, step.work['thing_id'], to_status)]
