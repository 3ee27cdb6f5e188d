"""The kinds of task that disable and enable services and agents."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rey_dashboard.cloud import services as cloud_services
from rey_dashboard.inventory import models
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import services
from rey_dashboard.inventory import store
from rey_dashboard.policy import operate
from rey_dashboard.services import commands
from rey_dashboard.services import mirroring
from rey_dashboard.services import on_hosts
from rey_dashboard.services import reasons
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models as tasks

STATES = models.Service.State
STATUSES = models.Service.Status
STEPS = tasks.Step.State
#: Words of the preview.
IN_DESCRIPTION, NO_ROOM = 'in_description', 'no_room'
#: What the clients call a service by; kept with the step.
_NAMES = ('id', 'binary', 'name', 'host', 'zone', 'state', 'status')


class _Switch(kinds.Kind):
    """Parameters: ``services``, their ids, and for disabling ``reason``.

    ``before`` and ``after`` of a step have the ``status`` and, of Nova and
    Cinder, the ``disabled_reason``; of Neutron, where it changes, the
    ``description``.
    """

    rule = operate.ACT
    flags = {
        IN_DESCRIPTION: _(
            'Neutron keeps no reason: it goes into the description'
        ),
        NO_ROOM: _(
            'Neutron keeps no reason, and the description has no room for it'
        ),
    }

    def plan(
        self, region: str, parameters: Mapping
    ) -> Iterator[kinds.Planned]:
        for ids in store.batches(parameters['services'], store.BATCH):
            rows = _rows(region, ids)
            for service_id in ids:
                row = rows.get(service_id)
                if row is None:
                    yield _gone(service_id)
                else:
                    yield self._planned(row, parameters)

    def _planned(self, row, parameters) -> kinds.Planned:
        raise NotImplementedError

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        client = _client(context, step.service)
        service = cloud_services.Service(**step.work)
        now = client.one(service)
        if now is None:
            raise kinds.Refused(
                _t('The cloud does not know it any more.'),
                _t('Was it deleted, or set up anew?'),
            )
        told = _told(now, step.after)
        if told == dict(step.after):
            return kinds.Done()
        _refuse_changed(step, told)
        try:
            now = client.switch(service, dict(step.after))
        except cloud_services.CannotSwitch as error:
            raise kinds.Refused(str(error), error.remedy) from error
        _refuse_unchanged(step, now)
        return kinds.Done()

    def undo(self, region: str, steps: Iterable) -> Iterator[kinds.Planned]:
        for batch in store.batches(steps, store.BATCH):
            rows = _rows(region, [step.target for step in batch])
            for step in batch:
                yield _undone(step, rows.get(step.target))

    def commands(self, step) -> list[str]:
        if not step.after:
            return []
        return commands.of(
            step.service,
            step.target,
            step.work['binary'],
            step.work['host'],
            step.after,
        )

    def remarks(self, region: str, steps: Iterable) -> Mapping:
        steps = [step for step in steps if step.work]
        rows = _rows(region, [step.target for step in steps])
        counts = on_hosts.servers(
            region,
            [
                step.work['host']
                for step in steps
                if step.work['binary'] == services.COMPUTE
            ],
        )
        told = {}
        for step in steps:
            words = _remark(step, rows.get(step.target), counts)
            told[step.pk] = {'status': words} if words else {}
        return told

    def mirror(self, region: str, steps: Iterable) -> None:
        mirroring.write(region, {step.target: step.after for step in steps})


class DisableServices(_Switch):
    label = _('Disable services')

    def _planned(self, row, parameters):
        refused = _cannot_disable(row)
        if refused:
            return _step(row, refused=refused, remedy=_why(row))
        reason = parameters['reason']
        after, flags = {'status': STATUSES.DISABLED.value}, ()
        if row.service != resources.NETWORK:
            after['disabled_reason'] = reason
            return _step(row, after)
        told = reasons.added(row.description, reason)
        if told is None:
            flags = (NO_ROOM,)
        else:
            after['description'], flags = told, (IN_DESCRIPTION,)
        return _step(row, after, flags)


class EnableServices(_Switch):
    label = _('Enable services')

    def _planned(self, row, parameters):
        if row.status == STATUSES.ENABLED:
            return _step(row, refused=_t('It is enabled already.'))
        if row.state == STATES.UNKNOWN:
            return _step(row, refused=_t('Nova cannot reach its cell now.'))
        after = {'status': STATUSES.ENABLED.value}
        if row.service != resources.NETWORK:
            after['disabled_reason'] = None
        elif reasons.removed(row.description) != row.description:
            after['description'] = reasons.removed(row.description) or None
        return _step(row, after)


def _cannot_disable(row):
    """Why not; nothing when it can be."""
    if row.status == STATUSES.DISABLED and _why(row):
        return _t('It is disabled already.')
    if row.state == STATES.UNKNOWN:
        return _t('Nova cannot reach its cell now.')
    if row.service == resources.COMPUTE and row.binary != services.COMPUTE:
        return _t('Nova lets nobody disable it: only nova-compute.')
    if row.name.startswith('OVN '):
        return _t('Neutron lets nobody disable agents of OVN.')
    return ''


def _why(row):
    """Why it is disabled, in somebody's words."""
    return row.disabled_reason or row.description


def _client(context, service):
    """One for all threads; made twice it is made in vain, no more."""
    key = 'services', service
    if key not in context.kept:
        made = cloud_services.OF[service](context.cloud, context.session)
        context.kept.setdefault(key, made)
    return context.kept[key]


def _rows(region, ids):
    found = models.Service.objects.filter(region=region, id__in=list(ids))
    return {row.id: row for row in found}


def _gone(service_id, **more):
    told = {
        'target': service_id,
        'service': resources.COMPUTE,
        'refused': _t('It is not there any more.'),
    }
    return kinds.Planned(**{**told, **more})


def _step(row, after=None, flags=(), **more):
    return kinds.Planned(
        target=row.id,
        target_name=str(row)[:255],
        service=row.service,
        before=_told(row, after or {}),
        after=after or {},
        flags=flags,
        work={name: getattr(row, name) for name in _NAMES},
        **more,
    )


def _told(row, names):
    """Of a service what a step speaks of; nothing is None."""
    return {name: getattr(row, name) or None for name in names}


def _undone(step, row):
    told = {
        'target': step.target,
        'target_name': step.target_name,
        'service': step.service,
    }
    if row is None:
        return _gone(**{**told, 'service_id': told.pop('target')})
    changed = [
        name
        for name, value in _told(row, step.after).items()
        if value != step.after[name]
    ]
    return kinds.Planned(
        before=step.after,
        after=step.before,
        work={name: getattr(row, name) for name in _NAMES},
        refused=_changed_since(changed) if changed else '',
        **told,
    )


def _changed_since(names):
    return _t('Somebody has changed it since: %s.') % ', '.join(sorted(names))


def _refuse_changed(step, told):
    """What is as it shall be was perhaps set by a try that was lost."""
    changed = [
        name
        for name, value in told.items()
        if value not in (step.before.get(name), step.after[name])
    ]
    if changed:
        raise kinds.Conflict(_changed_since(changed))


def _refuse_unchanged(step, now):
    told = _told(now, step.after) if now else {}
    left = [name for name in step.after if told.get(name) != step.after[name]]
    if left:
        raise kinds.Refused(
            _t('The service said yes and left as it was: %s.')
            % ', '.join(sorted(left))
        )


def _remark(step, row, counts):
    told = []
    count = counts.get(step.work['host'])
    if step.work['binary'] == services.COMPUTE and count:
        words = ngettext(
            '%d server on it goes on', '%d servers on it go on', count
        )
        told.append(words % count)
    waits = step.state in (STEPS.PENDING, STEPS.REFUSED)
    if waits and row and _told(row, step.before) != dict(step.before):
        told.append(_t('changed since: now %s') % row.get_status_display())
    return '; '.join(told)
