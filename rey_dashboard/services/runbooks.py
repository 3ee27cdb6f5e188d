"""The ways out of what the checks of services find."""

from django.urls import reverse
from django.utils import http
from django.utils.translation import gettext as _t

from rey_dashboard.checks import registry
from rey_dashboard.inventory import resources
from rey_dashboard.policy import operate
from rey_dashboard.services import commands

_LIST = {
    resources.COMPUTE: ('openstack', 'compute', 'service', 'list', '--long'),
    resources.VOLUME: ('openstack', 'volume', 'service', 'list', '--long'),
    resources.NETWORK: ('openstack', 'network', 'agent', 'list', '--long'),
}


def page(finding) -> str:
    """The row on the Services page."""
    query = http.urlencode({'q': finding.subject})
    return f'{reverse("horizon:rey:services:index")}?{query}'


def enabling(finding) -> registry.Change:
    return _change(_t('Enable it…'), 'enable', finding.subject)


def disabling(finding) -> registry.Change:
    return _change(_t('Disable it…'), 'disable', finding.subject)


def _change(label, order, service_id):
    query = http.urlencode({'chosen': 1, 'id': service_id})
    address = f'{reverse(f"horizon:rey:services:{order}")}?{query}'
    return registry.Change(label, address, operate.ACT)


def down(finding) -> registry.Runbook:
    return registry.Runbook(
        meaning=_meaning(finding),
        causes=(
            _t('It has stopped, or cannot reach RabbitMQ.'),
            _t('Its host is off, or its network is away.'),
            _t('Its clock is wrong, so that its reports look old.'),
        ),
        commands=(_look(finding), *_on_host(finding)),
        mended=_t('Its state is up.'),
        documentation=_documentation(finding),
    )


def disabled(finding) -> registry.Runbook:
    told = finding.evidence
    line = commands.of(
        told['of'],
        finding.subject,
        told['binary'],
        finding.subject_name,
        {'status': 'enabled'},
    )
    return registry.Runbook(
        meaning=_t('It runs and gets nothing new to do.'),
        causes=(
            _t('Somebody works on it, or has forgotten to enable it.'),
            _t('It was disabled by a script that gave no reason.'),
        ),
        commands=(
            _look(finding),
            registry.Command(_t('When nobody works on it'), *line),
        ),
        mended=_t(
            'It is enabled, or has a reason and is disabled for less than a '
            'week. The Services page gives one a reason, too: disable it once '
            'more there.'
        ),
        documentation=_documentation(finding),
    )


def restless(finding) -> registry.Runbook:
    return registry.Runbook(
        meaning=_t('What it is asked for fails now and then.'),
        causes=(
            _t('It dies and is started again: out of memory, say.'),
            _t('RabbitMQ or the database is slow, or the network loses much.'),
            _t('Its host is overloaded, so that its reports come too late.'),
            _t('Its clock jumps.'),
        ),
        commands=(
            _look(finding),
            _journal(finding),
            registry.command(
                _t('Load, memory and clock of its host'),
                *('ssh', '--', finding.host, 'uptime; free -m; timedatectl'),
            ),
        ),
        mended=_t('It stays as it is for an hour.'),
        documentation=_documentation(finding),
    )


def without_hypervisor(finding) -> registry.Runbook:
    return registry.Runbook(
        meaning=_t('Nova cannot place a server there.'),
        causes=(
            _t('It is new, and its cell does not know it yet.'),
            _t('It cannot reach libvirt, so that it never told what it has.'),
            _t('The host was taken away, and its service was left.'),
        ),
        commands=(
            _look(finding),
            registry.command(
                _t('On a controller: have the cells look for new hosts'),
                *('nova-manage', 'cell_v2', 'discover_hosts', '--verbose'),
            ),
            _journal(finding),
            registry.command(
                _t('Only when the host is gone for good'),
                *('openstack', 'compute', 'service', 'delete', '--'),
                finding.subject,
            ),
        ),
        mended=_t('Nova lists a hypervisor of this name, or no service.'),
        documentation='nova/{release}/admin/cells.html',
    )


def _meaning(finding):
    if finding.evidence['of'] == resources.NETWORK:
        return _t(
            'What is connected goes on as a rule; what is new or changes on '
            'its host gets no network, or no address.'
        )
    return _t(
        'It does not report. Where it is the only one, what it is asked for '
        'waits; else the others do its work.'
    )


def _look(finding):
    told = finding.evidence
    words = [*_LIST[told['of']]]
    if told['of'] != resources.NETWORK:
        words.append(f'--service={told["binary"]}')
    return registry.command(
        _t('State, status and its last report'),
        *words,
        f'--host={finding.subject_name}',
    )


def _journal(finding):
    return registry.command(
        _t('What it tells; the unit’s name is your distribution’s'),
        *('ssh', '--', finding.host),
        registry.command(
            '',
            *('journalctl', f'--unit={finding.evidence["binary"]}'),
            '--lines=50',
        ).line,
    )


def _on_host(finding):
    yield _journal(finding)
    yield registry.command(
        _t('Start it again'),
        *('ssh', '--', finding.host),
        registry.command(
            '',
            *('sudo', 'systemctl', 'restart', '--'),
            finding.evidence['binary'],
        ).line,
    )


def _documentation(finding):
    return {
        resources.COMPUTE: 'nova/{release}/admin/services.html',
        resources.VOLUME: 'cinder/{release}/admin/index.html',
        resources.NETWORK: 'neutron/{release}/admin/index.html',
    }[finding.evidence['of']]
