"""The kind of task that sets quotas: one step for each project and service."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import itertools

from django.utils import formats
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.cloud import quotas
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import store
from rey_dashboard.policy import usage
from rey_dashboard.projects import quota_changes
from rey_dashboard.projects import quota_commands
from rey_dashboard.projects import quota_looks
from rey_dashboard.projects import quota_reads
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks

#: Words of the preview for one resource of a step: ``<flag>:<resource>``.
BELOW_USE, UNLIMITED, PINNED, DEFAULT = (
    'below_use',
    'unlimited',
    'pinned',
    'default',
)
STEPS = tasks.Step.State
#: Of a step's ``work``: whether the project had limits of its own before.
OWN = 'own'


class SetQuotas(kinds.Kind):
    """Parameters: ``projects``, their ids, and ``changes``, as told.

    ``before`` and ``after`` of a step map the service's resources to limits.
    Nobody but Neutron tells whether a limit is a project's own or the default,
    so that one that is brought back is pinned: it follows no default any more.
    """

    label = _('Set quotas')
    rule = usage.ACT
    flags = {
        BELOW_USE: _('below use'),
        UNLIMITED: _('unlimited'),
        PINNED: _('pinned'),
        DEFAULT: _('the default again'),
    }

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        changes = quota_changes.read_all(parameters['changes'])
        for ids in store.batches(parameters['projects'], store.BATCH):
            names = _names(region, ids)
            there = _quotas(region, ids, changes)
            for project_id in ids:
                rows = there.get(project_id, {})
                for service, asked in _by_service(changes):
                    yield _planned(
                        project_id,
                        names.get(project_id, ''),
                        service,
                        [(change, rows.get(_key(change))) for change in asked],
                    )

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        service = _service(context, step.service)
        now = quota_reads.since_planned(context, step)
        now = now or service.look(step.target)
        _refuse_unknown(step, now.limits)
        limits = {name: now.limits[name] for name in step.after}
        if limits == step.after and now.is_fresh:
            return kinds.Done()
        _refuse_changed(step, limits)
        _refuse_below_use(step, now.used)
        if step.work.get(OWN) is False:
            found = service.reset(step.target, step.after)
            if found:
                # The default may be another by now.
                return kinds.Done(
                    {name: found.limits[name] for name in step.after}
                )
        told = service.set(step.target, step.after)
        _refuse_unchanged(step, told)
        return kinds.Done(work={OWN: now.own})

    def undo(self, region: str, steps: Iterable) -> Iterator[kinds.Planned]:
        for batch in store.batches(steps, store.BATCH):
            yield from _undone(region, batch)

    def commands(self, step) -> list[str]:
        return quota_commands.of(step.service, step.target, step.after)

    def remarks(self, region: str, steps: Iterable) -> Mapping:
        steps = list(steps)
        rows = models.Quota.objects.filter(
            region=region, project_id__in={step.target for step in steps}
        ).exclude(in_use=None)
        told = {}
        for row in rows:
            of_step = told.setdefault((row.project_id, row.service), {})
            of_step[row.resource] = row
        return {
            step.pk: {
                name: _remark(step, row)
                for name, row in told.get(
                    (step.target, step.service), {}
                ).items()
                if name in step.after
            }
            for step in steps
        }

    def mirror(self, region: str, steps: Iterable) -> None:
        wanted = {(step.target, step.service): step.after for step in steps}
        rows = models.Quota.objects.filter(
            region=region, project_id__in={key[0] for key in wanted}
        )
        changed = []
        for row in rows:
            after = wanted.get((row.project_id, row.service), {})
            if row.resource in after:
                row.limit = after[row.resource]
                row.percent = resources.percent(row.in_use, row.limit)
                changed.append(row)
        store.upsert(models.Quota, changed)


def _service(context, service):
    """One for all threads; made twice it is made in vain, no more."""
    if service not in context.kept:
        made = quota_looks.OF[service](context.cloud, context.session)
        context.kept.setdefault(service, made)
    return context.kept[service]


def _remark(step, row):
    used = _t('%s in use') % formats.number_format(row.in_use)
    waits = step.state in (STEPS.PENDING, STEPS.REFUSED)
    if not waits or row.limit == step.before.get(row.resource):
        return used
    limit = formats.number_format(row.limit)
    return _t('%(used)s; changed since: now %(limit)s') % {
        'used': used,
        'limit': limit,
    }


def _names(region, ids):
    rows = models.ProjectSummary.objects.filter(
        region=region, project_id__in=ids
    )
    return dict(rows.values_list('project_id', 'name'))


def _quotas(region, ids, changes):
    """Project id -> (service, resource) -> its row."""
    rows = models.Quota.objects.filter(
        region=region,
        project_id__in=ids,
        resource__in={change.resource for change in changes},
    )
    found = {}
    for row in rows:
        of_project = found.setdefault(row.project_id, {})
        of_project[row.service, row.resource] = row
    return found


def _key(change):
    return change.service, change.resource


def _by_service(changes):
    ordered = sorted(changes, key=lambda change: change.service)
    return [
        (service, list(asked))
        for service, asked in itertools.groupby(
            ordered, lambda change: change.service
        )
    ]


def _planned(project_id, name, service, asked):
    """:param asked: changes with the row of each, or None"""
    step = {'target': project_id, 'target_name': name, 'service': service}
    before, after, flags = {}, {}, []
    for change, row in asked:
        if row is None or row.limit is None:
            continue
        try:
            new = change.of(row.limit)
        except quota_changes.Impossible as error:
            return kinds.Planned(**step, refused=str(error))
        if new != row.limit:
            before[row.resource], after[row.resource] = row.limit, new
            flags += _flags(row, new)
    if not after:
        known = any(row and row.limit is not None for _change, row in asked)
        why = (
            _t('Nothing would change.')
            if known
            else _t('This quota was not read.')
        )
        return kinds.Planned(**step, refused=why)
    return kinds.Planned(
        **step, before=before, after=after, flags=tuple(flags)
    )


def _flags(row, new):
    if new == quotas.UNLIMITED:
        yield f'{UNLIMITED}:{row.resource}'
    elif new < (row.in_use or 0) + (row.reserved or 0):
        yield f'{BELOW_USE}:{row.resource}'


def _undone(region, steps):
    now = quota_reads.limits_since_ended(region, steps)
    for step in steps:
        had_none = step.work.get(OWN) is False
        changed = [
            name
            for name, limit in step.after.items()
            if now.get((step.target, step.service, name), limit) != limit
        ]
        yield kinds.Planned(
            target=step.target,
            target_name=step.target_name,
            service=step.service,
            before=step.after,
            after=step.before,
            flags=tuple(
                f'{DEFAULT if had_none else PINNED}:{name}'
                for name in step.before
            ),
            # Nothing of its own before: then it shall have none again.
            work={OWN: False} if had_none else {},
            refused=_changed_since(changed) if changed else '',
        )


def _changed_since(names):
    return _t('Somebody has changed it since: %s.') % ', '.join(sorted(names))


def _refuse_unknown(step, limits):
    lost = sorted(name for name in step.after if name not in limits)
    if lost:
        raise kinds.Refused(
            _t('The service knows no quota of this project for %s.')
            % ', '.join(lost),
            _t('Does the project still exist? openstack project show %s')
            % step.target,
        )


def _refuse_changed(step, limits):
    """One that is as it shall be was perhaps set by a try that was lost."""
    changed = [
        name
        for name, limit in limits.items()
        if limit not in (step.before[name], step.after[name])
    ]
    if changed:
        raise kinds.Conflict(_changed_since(changed))


def _refuse_below_use(step, used):
    below = [
        _t('%(resource)s: %(used)d are in use')
        % {'resource': name, 'used': used[name]}
        for name, limit in step.after.items()
        if 0 <= limit < used.get(name, 0)
    ]
    if below:
        raise kinds.Refused(
            _t('The limit is below the use. %s.') % ', '.join(below)
        )


def _refuse_unchanged(step, told):
    left = [
        name for name, limit in step.after.items() if told.get(name) != limit
    ]
    if left:
        raise kinds.Refused(
            _t('The service said yes and left as it was: %s.')
            % ', '.join(sorted(left)),
            _t(
                'It takes its limits from Keystone (unified limits). Set them '
                'there: %s'
            )
            % '; '.join(quota_commands.in_keystone(step, left)),
        )
