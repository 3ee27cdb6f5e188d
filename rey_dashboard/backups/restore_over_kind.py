"""The kind of task that restores a backup over a volume that is there."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import shlex
import time

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import commands
from rey_dashboard.backups import owners
from rey_dashboard.backups import restore_plan
from rey_dashboard.backups import restore_rates
from rey_dashboard.backups import restore_sources
from rey_dashboard.backups import restoring
from rey_dashboard.cloud import restored
from rey_dashboard.inventory import coverage_again
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.policy import operate
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import telling

#: A word of the preview, and what ``before`` and ``after`` speak of.
LOST, DATA = 'lost', 'data of'
RUNNING = 'restoring-backup'
STEPS = tasks.Step.State


class RestoreOver(kinds.Kind):
    """Parameters: ``backup`` and ``volume``, ids, of one project.

    Cinder keeps no word of ours with such a restore. So nothing is asked
    before the step is stored as running, and then each look tells: what runs
    is ours. Where it was perhaps asked (the answer was lost) and does not
    run, it is asked again: the same bytes are written over themselves, which
    costs time and loses nothing more.

    Nothing takes it back, and it does not stop when its task is cancelled:
    half of the data of two times would be left. While another restore of the
    backup keeps it waiting, nothing was asked, and it does stop.
    """

    label = _('Restore a backup over a volume')
    rule = operate.RESTORE_OVER
    can_undo = False
    fewest_steps = 1
    flags = {LOST: _('what was written to the volume since then is lost')}
    tells = {DATA: telling.TIME}

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        backup_id, volume_id = parameters['backup'], parameters['volume']
        source = restore_sources.read(region, [backup_id]).get(backup_id)
        if source is None:
            yield restore_plan.gone(backup_id)
            return
        rows = models.Volume.objects.filter(region=region, id=volume_id)
        yield _step(source, volume_id, rows.first())

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        """Asks nothing yet."""
        owner = owners.of(context, step.work['project_id'])
        volume = owner.volume(step.target)
        _refuse_unready(volume)
        restoring.refuse_ill(owner.backup(step.work['backup_id']))
        asked = ('project_id', 'backup_id', 'back_end')
        work = {name: step.work[name] for name in asked}
        return kinds.Running(0, work={**work, 'since': time.time()})

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        owner = owners.of(context, step.work['project_id'])
        volume = owner.volume(step.target)
        if volume is None:
            raise kinds.Refused(_t('The volume is gone.'))
        backup = owner.backup(step.work['backup_id'])
        if volume['status'] == RUNNING:
            return _under_way(step, backup)
        if 'asked' in step.work:
            return _ended(volume, step)
        _refuse_unready(volume)
        asks = 'asks' in step.work
        if not asks and orders.is_cancelled(step):
            return kinds.Stopped(step.work)
        if backup and backup['status'] == restored.RESTORING:
            # Elsewhere: Cinder does one after the other.
            again_s = restoring.LONGEST_LOOK_S
            return kinds.Running(again_s, work=step.work)
        restoring.refuse_ill(backup)
        if not asks:
            return kinds.Running(0, work={**step.work, 'asks': True})
        owner.restore_over(step.work['backup_id'], step.target)
        return _asked(step)

    def commands(self, step) -> list[str]:
        if not step.work:
            return []
        return commands.restore_over(
            step.work['backup_id'], step.target, step.work['project_id']
        )

    def estimate(self, past, size):
        """By what restores took, or not at all: see ``forecast``."""

    def forecast(self, task: tasks.Task):
        return restore_rates.forecast(task)

    def remarks(self, region: str, steps: Iterable) -> Mapping:
        return restore_rates.remarks(region, steps, DATA)

    def links(self, step) -> Iterator[kinds.Link]:
        if step.state == STEPS.DONE:
            yield from restoring.to_volume(step.target)

    def mirror(self, region: str, steps: Iterable) -> None:
        rows = [step.work['row'] for step in steps if 'row' in step.work]
        coverage_again.told(region, 'volumes', rows)
        coverage_again.record(region, [row['id'] for row in rows])


def refused(source: restore_sources.Source, row: models.Volume | None) -> str:
    """Why it cannot be restored over this volume; nothing when it can."""
    if row is None:
        return _t('The volume is not there any more.')
    if row.project_id != source.backup.project_id:
        return _t('It belongs to another project than the backup.')
    if row.size_gib < source.backup.size_gib:
        told = {'volume': row.size_gib, 'backup': source.backup.size_gib}
        return (
            _t(
                'It is too small: it has %(volume)d GiB, the backup '
                '%(backup)d GiB.'
            )
            % told
        )
    if row.server_ids:
        return _t('It is attached to a server: detach it first.')
    if row.status != restored.READY:
        return _t('The volume is %s.') % row.status
    return source.ill


def remedy(row: models.Volume | None) -> str:
    """How to detach it, where that is what forbids it."""
    if row is None or not row.server_ids:
        return ''
    lines = (
        shlex.join(['openstack', 'server', 'remove', 'volume', one, row.id])
        for one in row.server_ids
    )
    return _t('Unmount it there, and then: %s') % '; '.join(lines)


def _step(source, volume_id, row) -> kinds.Planned:
    backup = source.backup
    back_end = row.host.partition('#')[0] if row else ''
    return kinds.Planned(
        target=volume_id,
        target_name=(row.name if row else '')[:255] or volume_id,
        service=resources.VOLUME,
        before={DATA: 'now'},
        after={DATA: source.data_at.isoformat(timespec='minutes')},
        flags=(LOST,),
        refused=refused(source, row),
        remedy=remedy(row),
        size=backup.size_gib,
        work={
            'project_id': backup.project_id,
            'backup_id': backup.id,
            'back_end': back_end,
        },
    )


def _refuse_unready(volume):
    if volume is None:
        raise kinds.Refused(_t('The volume is not there any more.'))
    if volume['status'] != restored.READY:
        raise kinds.Refused(
            _t('The volume is %s.') % volume['status'],
            _t('It must be available: detach it, or mend it, and retry.'),
        )


def _asked(step):
    work = {**step.work, 'asked': True}
    work.setdefault('asked_at', time.time())
    return kinds.Running(restoring.look_again_s(work), work=work)


def _under_way(step, backup):
    is_known = 'asked' in step.work
    if not is_known and (backup or {}).get('status') != restored.RESTORING:
        raise kinds.Conflict(
            _t('Somebody restores another backup over it now.')
        )
    return _asked(step)


def _ended(volume, step):
    if volume['status'] != restored.READY:
        raise kinds.Refused(
            _t('The restore failed: the volume went to %s.')
            % volume['status'],
            _t(
                'What is on it is of no use. Look into the log of '
                'cinder-backup. To try again, make it available and plan it '
                'anew: %s'
            )
            % commands.make_available(step.target),
        )
    took_s = round(time.time() - step.work['asked_at'], 1)
    return kinds.Done(
        work={
            **step.work,
            'row': owners.kept(volume),
            restore_rates.TOOK: took_s,
        }
    )
