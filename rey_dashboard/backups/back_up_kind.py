"""The kind of task that backs volumes up: one step a volume."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import datetime

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import back_up_plan
from rey_dashboard.backups import commands
from rey_dashboard.backups import deleting
from rey_dashboard.backups import owners
from rey_dashboard.backups import rates
from rey_dashboard.cloud import backups
from rey_dashboard.inventory import coverage_again
from rey_dashboard.inventory import meanings
from rey_dashboard.policy import operate
from rey_dashboard.tasks import estimates
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import telling

KIND = 'back_up'
MAKING, GOOD = 'creating', 'available'
#: Statuses of a volume that can be backed up.
READY = ('available', 'in-use')
#: Statuses of a volume that pass by themselves, and how long they may take.
PASSING = (
    *('backing-up', 'restoring-backup', 'creating', 'downloading'),
    *('uploading', 'attaching', 'detaching', 'extending', 'retyping'),
    *('maintenance', 'reserved'),
)
PATIENCE_S = 3600
#: So is a volume for a moment while it is attached, and for as long as a
#: server of it is shelved: its place at the back end is for others.
RESERVED, RESERVED_PATIENCE_S = 'reserved', 120
WAIT_S = 30
#: What a step's ``before`` and ``after`` speak of.
BACKUP = 'backup'
DELETED = 'deleted'
#: Of a step's ``work``: Cinder was asked, and answered.
ASKED = 'asked'


def _told_backup(value):
    """Before it is the time of the last good one, after it the method."""
    if value is None:
        return _t('none that is good')
    at = telling.time(value)
    return value if at == value else _t('the last good one of %s') % at


class BackUp(kinds.Kind):
    """Parameters are told in ``back_up_plan.Asked``.

    A backup is full or incremental as it was planned; it is full, too, where
    an incremental one is planned and Cinder has nothing by then that it could
    build on. Undoing deletes what was made.
    """

    label = _('Back up volumes')
    rule = operate.ACT
    can_redo = False
    fewest_steps = 1
    flags = {
        back_up_plan.ATTACHED: _(
            'attached: it is as if the power had failed at that moment'
        ),
        back_up_plan.NO_CHAIN: _('full, as nothing good is there to build on'),
        back_up_plan.LONG_CHAIN: _('full, as its chain is long enough'),
    }
    tells = {
        BACKUP: telling.Told(form=_told_backup),
        back_up_plan.GIB: telling.SIZE,
    }

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        return back_up_plan.steps(region, back_up_plan.read(parameters))

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        if step.after[BACKUP] == DELETED:
            return deleting.delete(owner, step)
        found = owners.ours(owner, step)
        is_new = step.state != tasks.Step.State.RUNNING
        if is_new:
            found = _without_failed(owner, found)
        if found:
            return _look(owner, step, found)
        if step.work.get(ASKED) and not is_new:
            raise kinds.Refused(
                _t('The backup is gone: somebody has deleted it meanwhile.')
            )
        _refuse_late(step)
        volume = owner.volume(step.target)
        if volume and volume['status'] in PASSING:
            return _wait(step, volume['status'])
        _refuse_unready(volume, step.work['project_id'])
        incremental = step.after[BACKUP] == rates.INCREMENTAL and any(
            row['status'] == GOOD for row in owner.backups(step.target)
        )
        owner.make_backup(
            step.target,
            owners.name_of(step),
            incremental=incremental,
            metadata=owners.marked(step),
            description=step.work.get('description', ''),
            container=step.task.parameters.get('container', ''),
        )
        return kinds.Running(owners.LOOK_S, work={**step.work, ASKED: True})

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        if step.after[BACKUP] == DELETED:
            owner = owners.of(context, step.work['project_id'])
            return deleting.poll(owner, step)
        return self.start(context, step)

    def undo(self, region: str, steps: Iterable) -> Iterator[kinds.Planned]:
        return back_up_plan.undone(region, steps)

    def commands(self, step) -> list[str]:
        if not step.after:
            return []
        if step.after[BACKUP] == DELETED:
            return [commands.delete(step.work['backup_id'])]
        return commands.create(
            step.target,
            owners.name_of(step),
            step.work['project_id'],
            incremental=step.after[BACKUP] == rates.INCREMENTAL,
            container=step.task.parameters.get('container', ''),
        )

    def remarks(self, region: str, steps: Iterable) -> Mapping:
        """How long it takes, as measured on its back end."""
        open_ = [
            step
            for step in steps
            if step.state in tasks.Step.OPEN
            and 'back_end' in step.work
            and step.after[BACKUP] != DELETED
        ]
        known = rates.of(region, map(_key, open_))
        return {
            step.pk: {BACKUP: rates.words(known.get(_key(step)), step.size)}
            for step in open_
        }

    def forecast(self, task: tasks.Task) -> estimates.Estimate | None:
        return rates.forecast(task)

    def mirror(self, region: str, steps: Iterable) -> None:
        steps = list(steps)
        rows = [row for step in steps for row in step.work.get('rows', ())]
        coverage_again.told(region, 'backups', rows)
        coverage_again.gone(
            region,
            [
                step.work['backup_id']
                for step in steps
                if step.after[BACKUP] == DELETED
            ],
        )
        coverage_again.record(region, [step.target for step in steps])


def _key(step):
    return step.work['back_end'], step.after[BACKUP]


def _without_failed(owner, found):
    """As the step is tried again: what failed before takes room."""
    failed = [row for row in found if row['status'] == 'error']
    _delete_others(owner, failed)
    return [row for row in found if row not in failed]


def _look(owner, step, found):
    """How far the backup is; an answer that was lost may have made two."""
    first, *others = found
    if others:
        _delete_others(owner, others)
    if first['status'] == MAKING:
        return kinds.Running(owners.look_again_s(step), work=step.work)
    if first['status'] != GOOD:
        words = (
            first.get('fail_reason')
            or _t('The backup went to %s.') % (first['status'])
        )
        meaning = meanings.of(words)
        raise kinds.Refused(words, str(meaning.remedy) if meaning else '')
    if others:
        return kinds.Running(owners.LOOK_S, work=step.work)
    method = rates.INCREMENTAL if first['is_incremental'] else rates.FULL
    return kinds.Done(
        {**step.after, BACKUP: method},
        {
            **step.work,
            'backup_id': first['id'],
            'rows': owners.with_base(owner, first),
        },
    )


def _delete_others(owner, others):
    for row in others:
        if row['status'] in (GOOD, 'error'):
            owner.delete(BACKUP, row['id'])


def _refuse_late(step):
    until = step.task.parameters.get('until')
    if until and timezone.now() > datetime.datetime.fromisoformat(until):
        raise kinds.Refused(
            _t('Its window was over before its turn came.'),
            _t(
                'The next run begins with those that wait longest. Give the '
                'policy a longer window, or more at once.'
            ),
        )


def _wait(step, status):
    """As a backup before this one may be at its end."""
    now = timezone.now().timestamp()
    since = now
    if step.state == tasks.Step.State.RUNNING:
        # Not when it is retried: it waited long enough before.
        since = step.work.get('waits_since', now)
    most = RESERVED_PATIENCE_S if status == RESERVED else PATIENCE_S
    if now - since > most:
        raise kinds.Refused(
            _t('The volume stays %s.') % status,
            _t('Look whether Cinder still works on it.'),
        )
    return kinds.Running(WAIT_S, work={**step.work, 'waits_since': since})


def _refuse_unready(volume, project_id):
    if volume is None:
        raise kinds.Refused(_t('The volume is not there any more.'))
    if volume[backups.VOLUME_OWNER] != project_id:
        raise kinds.Conflict(_t('The volume is another project’s by now.'))
    if volume['status'] not in READY:
        raise kinds.Refused(
            _t('The volume is %s, and can be backed up when it is not.')
            % volume['status'],
            _t('Retry when its status is available or in-use.'),
        )
