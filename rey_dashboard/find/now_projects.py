"""What a project uses of its quotas now, by each service's own word."""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.cloud import now_quotas
from rey_dashboard.cloud import quotas
from rey_dashboard.find import now
from rey_dashboard.inventory import resources

#: By the names of steps: who is asked, and for what.
_ASKED = {
    resources.COMPUTE: ('Nova', now_quotas.compute),
    resources.VOLUME: ('Cinder', now_quotas.volume),
    resources.NETWORK: ('Neutron', now_quotas.network),
}


class Project(now.Kind):
    service = _('Nova, Cinder and Neutron')

    def steps(self):
        return {
            name: lambda asker, _known, ask=ask: ask(asker, self.thing.id)
            for name, (_service, ask) in _ASKED.items()
        }

    def service_of(self, name):
        return _ASKED[name][0]

    def label(self, name):
        return _t('Quotas of %s now') % self.service_of(name)

    @cached_property
    def _collected(self):
        return {
            (row.service, row.resource): _told(
                row.known, row.in_use, row.limit
            )
            for row in self.thing.used()
        }

    def _fill(self, name, section, told):
        rows = {row.resource: row for row in told}
        for key in self.thing.quotas:
            service, _dot, resource = key.partition('.')
            if service == name and resource in rows:
                row = rows[resource]
                known = resources.find(service, resource)
                value = _told(known, row.in_use, row.limit)
                then = self._collected.get((service, resource))
                fact = now.compared(known.label, value, then)
                section.facts = [*section.facts, fact]

    def compute(self, section, told):
        self._fill(resources.COMPUTE, section, told)

    def volume(self, section, told):
        self._fill(resources.VOLUME, section, told)

    def network(self, section, told):
        self._fill(resources.NETWORK, section, told)


def _told(known, in_use, limit):
    if in_use is None or limit is None:
        return ''
    told = {'used': _number(known, in_use), 'limit': _number(known, limit)}
    if limit == quotas.UNLIMITED:
        return _t('%(used)s, without a limit') % told
    return _t('%(used)s of %(limit)s') % told


def _number(known, number):
    """In GiB where the service counts MiB."""
    if known.unit == 'mib' and number != quotas.UNLIMITED:
        return f'{round(number / 1024, 1):,g}'
    return f'{number:,}'
