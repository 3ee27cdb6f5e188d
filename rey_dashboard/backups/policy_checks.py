"""Policies of backups that do not do what they say."""

import datetime

from django import urls
from django.db.models import Min
from django.db.models import OuterRef
from django.db.models import Q
from django.db.models import Subquery
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import models
from rey_dashboard.backups import policy_rights
from rey_dashboard.checks import registry
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate
from rey_dashboard.tasks import models as tasks

#: A worker looks every few seconds; one that begins anew reads all before.
OVERDUE = datetime.timedelta(minutes=15)
#: As the operator guide names its unit.
_WORKER = 'rey-dashboard-worker'
RUNS = models.BackupPolicyRun.State
ENDS = tasks.Task.State
_SEVERITY = registry.SEVERITY


class OfPolicies(registry.Check):
    """What is found of enabled policies, one finding each."""

    area = 'operate'
    rule = operate.READ

    def enabled(self, region, **of_run):
        """Each with its last run of these columns, as ``last``."""
        last = models.BackupPolicyRun.objects.filter(
            policy=OuterRef('pk'), **of_run
        )
        policies = models.BackupPolicy.objects.filter(
            region=region, enabled=True, removed_at=None
        ).annotate(last_id=Subquery(last.order_by('-due_at').values('pk')[:1]))
        runs = models.BackupPolicyRun.objects.select_related('task').in_bulk(
            [policy.last_id for policy in policies if policy.last_id]
        )
        for policy in policies.order_by('pk'):
            policy.last = runs.get(policy.last_id)
            yield policy

    def found(
        self, policy, severity, word='', since=None, hits=None, **evidence
    ):
        hits = (policy.volumes or 0) if hits is None else hits
        return registry.Found(
            subject=str(policy.pk),
            subject_name=policy.name,
            severity=severity,
            word=word,
            evidence={
                'domain_id': policy.domain_id,
                'volumes': policy.volumes,
                **evidence,
            },
            hits=hits,
            hits_what=registry.HIT.VOLUMES if hits else registry.HIT.NOTHING,
            since=since,
        )

    def of_domains(self, scope):
        seen = policy_rights.of(scope).values_list('pk', flat=True)
        return Q(subject__in=[str(policy) for policy in seen])

    def page(self, finding):
        return urls.reverse(
            'horizon:rey:backups:policy', args=[finding.subject]
        )


class PolicyMissed(OfPolicies):
    """Its last due time did not run; one that runs again resolves it."""

    label = _('Policies of backups that did not run when they were due')
    titles = {
        RUNS.MISSED: _('The policy %(name)s missed its run'),
        RUNS.SKIPPED: _(
            'The policy %(name)s left out a run: the one before went on'
        ),
        'overdue': _('The policy %(name)s is due, and nobody runs it'),
    }

    def find(self, region):
        now = timezone.now()
        for policy in self.enabled(region):
            last = policy.last
            if policy.next_at and policy.next_at < now - OVERDUE:
                yield self.found(
                    policy,
                    _SEVERITY.ERROR,
                    'overdue',
                    since=policy.next_at,
                    due_at=policy.next_at,
                )
            elif last and last.state != RUNS.BEGUN:
                yield self.found(
                    policy,
                    _SEVERITY.WARNING,
                    str(last.state),
                    since=last.due_at,
                    due_at=last.due_at,
                    note=last.note,
                )

    def runbook(self, finding):
        if finding.word == RUNS.SKIPPED:
            causes = (
                _t('Backups take longer than from one run to the next.'),
                _t('Its task is paused, or waits for a service.'),
            )
        else:
            causes = (
                _t('No worker ran at that time, or till its window was over.'),
                _t('The worker’s database was away.'),
                _t(
                    'Its schedule or its scope cannot be read any more: see '
                    'its page and the log.'
                ),
            )
        return registry.Runbook(
            meaning=_t(
                'Its volumes have no backup of that time: what changed since '
                'the one before is not safe.'
            ),
            causes=causes,
            commands=(
                registry.command(
                    _t('Whether the worker runs'),
                    *('systemctl', 'status', _WORKER),
                ),
                registry.command(
                    _t('What it says'),
                    *('journalctl', f'--unit={_WORKER}', '--lines=100'),
                ),
            ),
            mended=_t(
                'Its next run begins; “Run now” on its page does not '
                'wait for that.'
            ),
        )


class PolicyFailed(OfPolicies):
    """Of runs with a task the last that has ended counts."""

    label = _('Policies of backups whose last run failed')
    titles = {
        ENDS.FAILED: _('The last run of the policy %(name)s failed'),
        ENDS.PARTLY_FAILED: _(
            'The last run of the policy %(name)s failed for %(failed)d of '
            '%(total)d volumes'
        ),
        ENDS.CANCELLED: _(
            'The last run of the policy %(name)s backed up nothing'
        ),
    }

    def find(self, region):
        failed = [
            policy
            for policy in self.enabled(
                region, task__state__in=tasks.Task.ENDED
            )
            if policy.last and _has_failed(policy.last.task)
        ]
        errors = _first_errors(policy.last.task_id for policy in failed)
        for policy in failed:
            task = policy.last.task
            is_partly = task.state == ENDS.PARTLY_FAILED
            yield self.found(
                policy,
                _SEVERITY.WARNING if is_partly else _SEVERITY.ERROR,
                str(task.state),
                since=task.ended_at,
                task=task.pk,
                due_at=policy.last.due_at,
                failed=task.failed,
                total=task.total,
                error=errors.get(task.pk, ''),
            )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'These volumes have no backup of that run. Retry what failed '
                'on the page of its task.'
            ),
            causes=(
                _t('What Cinder said is in the evidence.'),
                _t('cinder-backup or its storage was away.'),
                _t('The quota of a project had no room for more backups.'),
                _t(
                    'Its window was over before all had begun: give it a '
                    'longer one, or more at once.'
                ),
            ),
            commands=(
                registry.command(
                    _t('Whether the backup services are up'),
                    *('openstack', 'volume', 'service', 'list'),
                    *('--service', 'cinder-backup'),
                ),
                registry.command(
                    _t('Backups that failed'),
                    *('openstack', 'volume', 'backup', 'list'),
                    *('--all-projects', '--status', 'error'),
                ),
            ),
            mended=_t('What failed is retried, or the next run succeeds.'),
            documentation='cinder/{release}/admin/volume-backups.html',
        )


class PolicyReachesNothing(OfPolicies):
    """By the number that was counted after the last collection."""

    label = _('Policies of backups that reach no volume')
    rests_on = (parts.IDENTITY, parts.VOLUMES, parts.READY)
    titles = {'': _('The policy %(name)s is enabled and reaches no volume')}

    def find(self, region):
        for policy in self.enabled(region):
            if policy.volumes == 0:
                yield self.found(policy, _SEVERITY.WARNING)

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t('It runs and backs up nothing; nobody may notice.'),
            causes=(
                _t(
                    'A project, a type or metadata in its scope has another '
                    'name or value by now.'
                ),
                _t('Its volumes were deleted.'),
                _t('A setting, BACKUP_EXCLUDE, leaves all of them out.'),
            ),
            mended=_t(
                'Its page tells the volumes that it reaches; disable '
                'it, if it is needed no more.'
            ),
        )


def _has_failed(task):
    if task.state == ENDS.CANCELLED:
        # Somebody stopped it, or none of its volumes could be backed up.
        return not task.total
    return task.state in (ENDS.FAILED, ENDS.PARTLY_FAILED)


def _first_errors(task_ids):
    """By task; of a task of which all is left out as well."""
    states = (tasks.Step.State.FAILED, tasks.Step.State.REFUSED)
    steps = tasks.Step.objects.filter(
        task__in=list(task_ids), state__in=states
    )
    first = steps.order_by().values('task').annotate(first=Min('pk'))
    found = tasks.Step.objects.filter(pk__in=[row['first'] for row in first])
    return dict(found.values_list('task_id', 'error'))
