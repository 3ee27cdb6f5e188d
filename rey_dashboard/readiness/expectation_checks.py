"""Where the cloud is not as its operator said that it should be."""

from django import urls
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.inventory import parts
from rey_dashboard.policy import install
from rey_dashboard.readiness import expectations
from rey_dashboard.readiness import known as known_

_SEVERITY = registry.SEVERITY
#: By the file's sections: what lists them.
_LISTS = {
    'hypervisors': (('hypervisor', 'list'),),
    'endpoints': (('endpoint', 'list'),),
    'volume_types': (('volume', 'type', 'list'),),
    'services': (
        ('compute', 'service', 'list'),
        ('network', 'agent', 'list'),
        ('volume', 'service', 'list'),
    ),
}
_SINGLE = {'hypervisors': 'Hypervisor', 'volume_types': 'Volume type'}


class Expectation(registry.Check):
    """Silent as long as nobody has said what he expects."""

    label = _('Differences from what is expected')
    area = 'install'
    rule = install.READ
    rests_on = (
        parts.COMPUTE_SERVICES,
        parts.NETWORK_AGENTS,
        parts.VOLUME_SERVICES,
        parts.HOSTS,
        parts.CATALOG,
    )
    whole = rests_on
    titles = {
        'missing': _('%(name)s is expected, and is not there'),
        'unexpected': _('%(name)s is there, and is not expected'),
        'fewer': _('%(name)s: %(expected)d are expected, %(there)d are there'),
        'more': _('%(name)s: %(expected)d are expected, %(there)d are there'),
    }

    def find(self, region):
        asked = expectations.current(region)
        if not asked:
            return
        for one in expectations.differences(region, asked.told):
            is_less = one.word in ('missing', 'fewer')
            yield registry.Found(
                subject=known_.subject(one.section, one.name, one.item),
                subject_name=_name(one),
                severity=_SEVERITY.WARNING if is_less else _SEVERITY.NOTE,
                word=one.word,
                evidence={
                    'section': one.section,
                    'expected': one.expected,
                    'there': one.there,
                    'version': asked.version,
                },
                host=one.item[:255] if one.section == 'services' else '',
            )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'The cloud is not as the file of expectations says. Either '
                'it is to be mended, or the file is.'
            ),
            causes=(
                _t('The installation is not complete, or broke off.'),
                _t('A name was mistyped, here or there: capitals count.'),
                _t('The cloud was changed on purpose, and the file was not.'),
            ),
            commands=tuple(
                registry.command(_t('What is there'), 'openstack', *words)
                for words in _LISTS.get(finding.evidence['section'], ())
            ),
            mended=_t('The next collection finds what the file says.'),
        )

    def page(self, finding):
        return urls.reverse('horizon:rey:readiness:expectations')


def _name(one):
    """For people: a service with its host, or what was counted."""
    if one.section == 'services':
        name = f'{one.name} on {one.item}' if one.item else one.name
    elif one.section == 'endpoints':
        name = f'{one.name}, {one.item}'
    else:
        name = f'{_SINGLE[one.section]} {one.item}'.strip()
    return name[:255]
