"""What is asked live of things of each kind."""

from django.utils.translation import gettext as _t

from rey_dashboard.cloud import now as cloud_now
from rey_dashboard.find import dossier
from rey_dashboard.find import now
from rey_dashboard.find import now_projects
from rey_dashboard.inventory import fault_meanings
from rey_dashboard.inventory import meanings
from rey_dashboard.inventory import message_meanings

#: Actions whose events are asked for: the newest, and the newest that failed.
_NEW, _FAILED = 3, 2
_POWER = {
    0: 'NOSTATE',
    1: 'RUNNING',
    3: 'PAUSED',
    4: 'SHUTDOWN',
    6: 'CRASHED',
    7: 'SUSPENDED',
}
_ERROR = 'error'


class Server(now.Kind):
    service = 'Nova'

    def steps(self):
        id_ = self.thing.id
        return {
            'server': lambda asker, _known: cloud_now.server(asker, id_),
            'actions': lambda asker, _known: cloud_now.actions(asker, id_),
            'events': self._ask_events,
        }

    def _ask_events(self, asker, known):
        """Pairs of an action and its events."""
        actions = known.get('actions', ())
        failed = [row for row in actions[_NEW:] if row.message][:_FAILED]
        return [
            (row, cloud_now.events(asker, self.thing.id, row.request_id))
            for row in (*actions[:_NEW], *failed)
        ]

    def label(self, name):
        return {
            'server': _t('Now'),
            'actions': _t('What was done with it'),
            'events': _t('How the newest of that went'),
        }[name]

    def server(self, section, told):
        row = self.thing.row
        power = _POWER.get(told.power_state, told.power_state)
        host = row.host if self.thing.scope.is_whole else ''
        section.facts = [
            now.compared(_t('Status'), told.status, row.status),
            now.compared(_t('Task state'), told.task_state, row.task_state),
            dossier.Fact(_t('VM state'), told.vm_state),
            dossier.Fact(_t('Power state'), power),
            now.compared(_t('Host'), told.host, host),
            dossier.Fact(_t('Changed last'), told.updated_at),
        ]
        if told.fault:
            meaning = fault_meanings.of(told.fault)
            section.fault = dossier.Fault('Nova', told.fault, meaning)

    def actions(self, section, told):
        names = self._names({row.user_id for row in told})
        section.lines = [
            now.Line(
                row.at,
                ', '.join(
                    word
                    for word in (
                        row.name,
                        names.get(row.user_id, row.user_id),
                        row.message,
                    )
                    if word
                ),
                bool(row.message),
                row.request_id,
            )
            for row in told
        ]
        section.note = '' if told else _t('Nova has written down nothing.')
        if len(told) >= cloud_now.MOST:
            words = _t('These are the newest %d.')
            section.note = words % cloud_now.MOST

    def _names(self, ids):
        """Of users whom he may see."""
        if not self.thing.sees_usage:
            return {}
        users = self.thing.scope.users().filter(id__in=ids)
        return dict(users.values_list('id', 'name'))

    def events(self, section, told):
        section.lines = [
            now.Line(
                row.at,
                row.name,
                bool(row.message),
                row.request_id,
                [_event(event) for event in events],
            )
            for row, events in told
            if events
        ]
        if not section.lines:
            none = _t('There is nothing to tell.')
            section.note = _t('Nova tells you none.') if told else none


def _event(event):
    words = [event.name, event.result or _t('not ended')]
    if event.started_at and event.ended_at:
        took = (event.ended_at - event.started_at).total_seconds()
        words.append(_t('%d s') % took)
    if event.host:
        words.append(_t('on %s') % event.host)
    if event.words:
        words.append(event.words)
    is_bad = event.result.lower() == _ERROR
    return now.Line(event.started_at, ', '.join(words), is_bad)


class _OfCinder(now.Kind):
    service = 'Cinder'

    def label(self, name):
        if name == 'messages':
            return _t('What went wrong with it, as users are told')
        return _t('Now')

    def _messages(self, asker, _known):
        return cloud_now.messages(asker, self.thing.id)

    def messages(self, section, told):
        meant = {message_meanings.of(row.words) for row in told}
        for row in told:
            meaning = message_meanings.of(row.words)
            line = now.Line(
                row.at,
                row.words,
                row.level == 'ERROR',
                row.request_id,
                # Once, of the newest.
                meaning=meaning if meaning in meant else None,
            )
            section.lines = [*section.lines, line]
            meant.discard(meaning)
        if not told:
            section.note = _t(
                'Cinder has none, or none for you: it forgets them after 30 '
                'days, and shows those of other projects to administrators '
                'alone.'
            )


class Volume(_OfCinder):
    def steps(self):
        id_ = self.thing.id
        return {
            'volume': lambda asker, _known: cloud_now.volume(asker, id_),
            'messages': self._messages,
        }

    def volume(self, section, told):
        row = self.thing.row
        attached = ', '.join(
            f'{server_id} {device}'.strip()
            for server_id, device in told.attachments
        )
        section.facts = [
            now.compared(_t('Status'), told.status, row.status),
            dossier.Fact(_t('Migration'), told.migration_status),
            dossier.Fact(_t('Attached to'), attached or _t('nothing')),
            dossier.Fact(_t('Changed last'), told.updated_at),
        ]


class Backup(_OfCinder):
    def steps(self):
        id_ = self.thing.id
        return {
            'backup': lambda asker, _known: cloud_now.backup(asker, id_),
            'messages': self._messages,
        }

    def backup(self, section, told):
        status = self.thing.row.status
        section.facts = [
            now.compared(_t('Status'), told.status, status),
            dossier.Fact(_t('Changed last'), told.updated_at),
        ]
        if told.fail_reason:
            meaning = meanings.of(told.fail_reason)
            section.fault = dossier.Fault('Cinder', told.fail_reason, meaning)


class Host(now.Kind):
    service = 'Nova'

    def steps(self):
        host = self.thing.id
        steps = {
            'compute': lambda asker, _known: cloud_now.compute_service(
                asker, host
            )
        }
        hypervisor = self.thing.row.hypervisor
        if hypervisor:
            steps['hypervisor'] = lambda asker, _known: cloud_now.hypervisor(
                asker, hypervisor.id
            )
        return steps

    def label(self, name):
        return {
            'compute': _t('Its compute service now'),
            'hypervisor': _t('Its hypervisor now'),
        }[name]

    def compute(self, section, told):
        if told is None:
            section.note = _t('Nova has no compute service there.')
            return
        rows = [
            row
            for row in self.thing.row.services
            if row.binary == 'nova-compute'
        ]
        then = rows[0] if rows else None
        section.facts = [
            now.compared(_t('State'), told.state, then and then.state),
            now.compared(_t('Status'), told.status, then and then.status),
            dossier.Fact(_t('Reason'), told.reason),
            dossier.Fact(
                _t('Forced down'), _t('yes') if told.forced_down else ''
            ),
            dossier.Fact(_t('Last report'), told.reported_at),
        ]

    def hypervisor(self, section, told):
        then = self.thing.row.hypervisor
        section.facts = [
            now.compared(_t('State'), told.state, then.state),
            now.compared(_t('Status'), told.status, then.status),
            dossier.Fact(_t('Servers on it'), told.servers),
        ]


KINDS = {
    'server': Server,
    'volume': Volume,
    'backup': Backup,
    'host': Host,
    'project': now_projects.Project,
}
