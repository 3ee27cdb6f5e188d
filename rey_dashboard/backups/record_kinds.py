"""The kinds of task that take backups' records out of Cinder and put them in.

An export seals each record as soon as it is read: see ``record_files``. An
import is planned from a file and has its records sealed for the worker: see
``record_plans``.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import shlex
import time

from django import urls
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard.backups import owners
from rey_dashboard.backups import record_entries
from rey_dashboard.backups import record_files
from rey_dashboard.backups import record_plans
from rey_dashboard.backups import service_user
from rey_dashboard.cloud import backup_records
from rey_dashboard.cloud import backups as cloud_backups
from rey_dashboard.inventory import coverage_again
from rey_dashboard.inventory import models
from rey_dashboard.policy import operate
from rey_dashboard.tasks import envelopes
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import telling

EXPORT, IMPORT = 'export_backups', 'import_backups'
LOOK_AGAIN_S, LONGEST_LOOK_S = 1, 30
#: Cinder takes a record, and nothing may come of it.
PATIENCE_S = 600
CREATING = 'creating'
#: Steps that may still come to their end.
_OPEN = tasks.Step.OPEN


class ExportBackups(kinds.Kind):
    """Parameters: ``backups``, their ids; ``public_key`` and ``lock``.

    What those build on is exported with them. A record is sealed to the
    public key, and stands in the step's ``work`` as ``sealed``; ``after`` has
    under ``builds on`` what it itself says.
    """

    label = _('Export records of backups')
    rule = operate.ACT
    can_undo = False
    #: Cinder's ``updated_at`` moves, no more.
    leaves_nothing = True
    flags = {record_plans.NEEDED: _('others of them build on it')}

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        return record_plans.export(region, parameters['backups'])

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        try:
            record = backup_records.export(_admin(context), step.target)
            columns = record.columns()
        except ks_exceptions.NotFound as error:
            raise kinds.Refused(_t('It is gone.')) from error
        except ValueError as error:
            raise kinds.Refused(
                _t('What Cinder answered is no record.')
            ) from error
        if columns['id'] != step.target:
            raise kinds.Refused(_t('Cinder answered the record of another.'))
        told = record_entries.told(
            record, step.work['project'], step.work['volume']
        )
        key = step.task.parameters['public_key']
        parent_id = columns.get('parent_id')
        return kinds.Done(
            {
                **step.after,
                **({'builds on': parent_id} if parent_id else {}),
            },
            {'sealed': record_files.seal_one(key, told)},
        )

    def leads(self, task) -> list[tuple[str, str]]:
        if task.state not in tasks.Task.ENDED or not task.done:
            return []
        address = urls.reverse('horizon:rey:backups:exported', args=[task.pk])
        return [(_('Download the file…'), address)]

    def commands(self, step) -> list[str]:
        words = ('openstack', 'volume', 'backup', 'record', 'export')
        return [shlex.join([*words, step.target])]


class ImportBackups(kinds.Kind):
    """Parameters: ``keys``, of the workers that can read the records.

    A step's ``work`` has the record as ``sealed``, until it is done, and the
    ``project_id`` that it is imported into. It is stored as ``asked`` before
    Cinder is asked: so a backup that is there is ours, or was before.
    """

    label = _('Import records of backups')
    rule = operate.ACT
    can_undo = False
    flags = {
        record_plans.NO_ADMIN: _(
            'The service user has no role admin there, as far as is known: '
            'give it before the start'
        ),
        record_plans.ELSEWHERE: _('It did not belong to this project'),
    }
    tells = {record_plans.GIB: telling.SIZE}

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        """Nothing: it takes a file, see ``record_plans.take_in``."""
        return iter(())

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        if step.work.get('asked'):
            # It failed, and is tried again.
            return _asking(step.work)
        work = {**step.work, 'asked': False}
        there = _admin(context).backup(step.target)
        if there:
            raise _there_already(there)
        if work['parent_id'] and not _is_parent_there(context, step):
            return kinds.Running(LOOK_AGAIN_S, work=work)
        return _asking(work)

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        if not step.work['asked']:
            if orders.is_cancelled(step):
                return kinds.Stopped(step.work)
            return self.start(context, step)
        there = _admin(context).backup(step.target)
        if not there:
            return self._ask(context, step)
        return _judged(step, there)

    def _ask(self, context, step):
        try:
            told = envelopes.read(
                step.task.parameters['keys'], step.work['sealed']
            )
        except envelopes.Elsewhere:
            return kinds.Running(envelopes.LOOK_AGAIN_S, work=step.work)
        project_id = step.work['project_id']
        record = backup_records.Record(told['service'], told['url'])
        try:
            backup_records.take_in(owners.of(context, project_id), record)
        except backup_records.IsThere:
            # Since a moment: the next look tells what it is.
            return kinds.Running(LOOK_AGAIN_S, work=step.work)
        except backup_records.NoRight as error:
            # Its token is of before the role that somebody gives it now.
            context.kept.pop(('owner', project_id), None)
            raise kinds.Refused(
                str(error),
                service_user.give_role(
                    context.session.get_user_id(), project_id
                ),
            ) from error
        return kinds.Running(LOOK_AGAIN_S, work=step.work)

    def commands(self, step) -> list[str]:
        if not step.work:
            return []
        project = f'--os-project-id={step.work["project_id"]}'
        words = ('volume', 'backup', 'record', 'import')
        return [
            '# ' + _t('The guide has a script that prints these for a file.'),
            shlex.join(['openstack', project, *words, 'SERVICE', 'RECORD']),
        ]

    def mirror(self, region: str, steps: Iterable) -> None:
        rows = [step.work['row'] for step in steps]
        coverage_again.told(region, 'backups', rows)
        # Its row changed just now; how long it once took nobody knows.
        models.Backup.objects.filter(
            region=region, id__in=[row['id'] for row in rows]
        ).update(took=None)
        coverage_again.record(region, [row['volume_id'] for row in rows])


def _asking(work):
    told = {'asked': True, 'asked_at': time.time()}
    return kinds.Running(0, work={**work, **told})


def _admin(context) -> cloud_backups.Owner:
    """Of calls that need no project's token."""
    return owners.of(context, '')


def _is_parent_there(context, step):
    """False while it is on its way.

    :raises kinds.Refused: it does not come
    """
    parent_id = step.work['parent_id']
    own = tasks.Step.objects.filter(task=step.task_id, target=parent_id)
    # Before Cinder is asked: it may come to its end meanwhile.
    comes = own.filter(state__in=_OPEN).exists()
    there = _admin(context).backup(parent_id)
    if there and there['status'] != CREATING:
        if there['status'] == 'error':
            raise kinds.Refused(_no_parent(parent_id))
        return True
    if comes:
        return False
    raise kinds.Refused(_no_parent(parent_id))


def _there_already(there):
    return kinds.Refused(
        _t('It is there already, in the project %s: it was left.')
        % there[cloud_backups.OWNER]
    )


def _no_parent(parent_id):
    return (
        _t('It builds on %s, which is not there. It was not imported.')
        % parent_id
    )


def _being_read(step):
    waited_s = time.time() - step.work['asked_at']
    if waited_s < PATIENCE_S:
        again_s = min(LONGEST_LOOK_S, max(LOOK_AGAIN_S, waited_s / 4))
        return kinds.Running(again_s, work=step.work)
    raise kinds.Refused(
        _t('Cinder took the record, and has not read it yet.'),
        _t(
            'Look whether cinder-backup runs, and into its log. A retry looks '
            'again.'
        ),
    )


def _judged(step, there):
    """What became of a backup that is there, after its record was sent."""
    if there[cloud_backups.OWNER] != step.work['project_id']:
        raise _there_already(there)
    if there['status'] == CREATING:
        return _being_read(step)
    if there['status'] == 'error':
        raise kinds.Refused(
            there.get('fail_reason') or _t('Cinder could not import it.'),
            _t(
                'Its data are untouched. Take the row away with: openstack '
                'volume backup delete %s; mend what Cinder says, and retry.'
            )
            % step.target,
        )
    return kinds.Done(
        {**step.after, 'status': there['status']},
        {
            'project_id': step.work['project_id'],
            'parent_id': step.work['parent_id'],
            'row': owners.kept(there),
        },
    )
