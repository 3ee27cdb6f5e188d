"""A release that nobody cares for any more, and services that do not agree."""

import datetime

from django import urls
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import releases
from rey_dashboard.inventory import told_releases
from rey_dashboard.policy import update
from rey_dashboard.versions import changes

_SEVERITY = registry.SEVERITY
#: So long before the end it is worth a note.
SOON = datetime.timedelta(days=183)
_PARTS = (parts.CATALOG, parts.PROBES)


class ReleaseEnded(registry.Check):
    """Only when all the releases that the cloud may run are left."""

    label = _('Releases that are not maintained')
    area = 'update'
    rule = update.READ
    rests_on = _PARTS
    titles = {
        'ended': _('This cloud runs %(release)s: %(state)s'),
        'ends': _('%(release)s is maintained for %(days)d more days'),
    }

    def find(self, region):
        fitting = told_releases.of(region).fitting
        if not fitting:
            return
        # In favour of the cloud: of several that fit, the newest.
        release, day = fitting[-1], timezone.now().date()
        end = release.maintained_until
        evidence = {
            'release': told_releases.named(fitting),
            'release_id': release.id,
            'state': release.words_on(day),
            'maintained_until': end and end.isoformat(),
            'facts_from': release.source,
            'facts_of': release.as_of.isoformat(),
        }
        if all(row.status_on(day) in releases.LEFT for row in fitting):
            yield registry.Found(
                subject=region,
                severity=_SEVERITY.WARNING,
                word='ended',
                evidence=evidence,
            )
        elif end and day < end <= day + SOON:
            yield registry.Found(
                subject=region,
                severity=_SEVERITY.NOTE,
                word='ends',
                evidence={**evidence, 'days': (end - day).days},
            )

    def runbook(self, finding):
        release = releases.by_id(finding.evidence.get('release_id', ''))
        way = changes.way(release) if release else ''
        return registry.Runbook(
            meaning=_t(
                'What is found wrong in it, holes in its security among them, '
                'is mended by nobody in OpenStack, or by whoever happens to. '
                'A distributor may care for it longer: ask yours.'
            )
            + (f' {way}' if way else ''),
            causes=(_t('No update was made since that release.'),),
            commands=(
                registry.command(
                    _t('What Nova would stumble over, on a controller'),
                    *('nova-status', 'upgrade', 'check'),
                ),
                registry.command(
                    _t('The same of Cinder'),
                    *('cinder-status', 'upgrade', 'check'),
                ),
            ),
            mended=_t(
                'The endpoints tell the numbers of a release that is '
                'maintained.'
            ),
            documentation='nova/{release}/admin/upgrades.html',
        )

    def page(self, finding):
        return urls.reverse('horizon:rey:versions:changes')


class ReleasesMixed(registry.Check):
    """While an update is under way it is so; left so, it is trouble."""

    label = _('Services of different releases')
    area = 'update'
    rule = update.READ
    rests_on = _PARTS
    titles = {'': _('No release fits all services: %(told)s')}

    def find(self, region):
        told = told_releases.of(region)
        if told.fit != told_releases.Fit.MIXED:
            return
        yield registry.Found(
            subject=region,
            severity=_SEVERITY.WARNING,
            evidence={
                'told': str(told),
                'services': [
                    {
                        'service': one.label,
                        'number': one.told,
                        'releases': str(one),
                    }
                    for one in told.services
                ],
            },
        )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Services of OpenStack work with each other across releases, '
                'but what is tested is one release for all, and the next one '
                'during an update.'
            ),
            causes=(
                _t('An update is under way.'),
                _t('An update ended before all services had it.'),
                _t('Of a service behind a load balancer some are older.'),
                _t('A service was taken from another release on purpose.'),
            ),
            commands=(
                registry.command(
                    _t('What each endpoint offers'),
                    *('openstack', 'versions', 'show'),
                ),
            ),
            mended=_t('One release fits what all endpoints tell.'),
            documentation='nova/{release}/admin/upgrades.html',
        )

    def page(self, finding):
        return urls.reverse('horizon:rey:versions:index')
