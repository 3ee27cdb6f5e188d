"""Endpoints that do not answer, are slow, or have another time than we."""

from django import urls
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.inventory import parts
from rey_dashboard.policy import install
from rey_dashboard.readiness import known as known_

#: An endpoint is slow from here on, whatever is usual for it.
SLOW_S = 5.0
#: Or when it takes so many times as long as it usually does; what is quicker
#: than the second figure is not slow.
SLOWER, NOT_SLOW_S = 5, 1.0
#: From here on clocks differ. A token of Keystone is refused when they differ
#: much; logs cannot be joined long before.
SKEW_S, GREAT_SKEW_S = 5, 60
#: Services' clocks that are off by the same are right: ours is not.
ALIKE_S = 2
_SEVERITY = registry.SEVERITY


class OfEndpoints(registry.Check):
    """What the checks of endpoints have in common."""

    area = 'install'
    rule = install.READ
    rests_on = (parts.CATALOG, parts.PROBES)

    def page(self, finding):
        return urls.reverse('horizon:rey:readiness:endpoints')


class EndpointDown(OfEndpoints):
    """One that never answered may be in a network that the worker is not."""

    label = _('Endpoints that do not answer')
    titles = {
        'down': _('%(services)s does not answer at %(name)s: %(error)s'),
        'never': _(
            '%(services)s has never answered the worker at %(name)s: %(error)s'
        ),
        'broken': _('%(services)s answers with %(status)s at %(name)s'),
    }

    def find(self, region):
        known = known_.Known(region)
        for probe in known.probes.values():
            if not probe.is_good:
                yield _down(known, probe)

    def runbook(self, finding):
        address = finding.evidence['address']
        return registry.Runbook(
            meaning=_meaning_of_down(finding),
            causes=(
                _t('The service or the load balancer before it is down.'),
                _t('The catalog has a wrong address.'),
                _t(
                    'The worker cannot reach the network of this interface: '
                    'then nobody is hurt, and the finding can be snoozed.'
                ),
            ),
            commands=(ask(address), *of_catalog(finding)),
            mended=_t('The address answers with a status below 500.'),
            documentation='install-guide/',
        )


class EndpointSlow(OfEndpoints):
    label = _('Endpoints that are slow')
    titles = {
        'slow': _('%(services)s takes %(seconds).1f s to answer at %(name)s'),
        'slower': _(
            '%(services)s takes %(seconds).1f s to answer at %(name)s, '
            'usually %(usual_s).2f s'
        ),
    }

    def find(self, region):
        known = known_.Known(region)
        for probe in known.probes.values():
            word = slowness(probe)
            if word:
                yield registry.Found(
                    subject=probe.id,
                    subject_name=probe.address[:255],
                    severity=_SEVERITY.WARNING,
                    word=word,
                    evidence={
                        **known.at([probe]),
                        'address': probe.address,
                        'seconds': probe.seconds,
                        'usual_s': probe.usual_s,
                        'probes_before': len(probe.earlier_s),
                        'asked_at': probe.asked_at,
                    },
                )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Even a request that needs no database takes long. Everything '
                'that is asked of this service takes longer still.'
            ),
            causes=(
                _t('All its processes are busy: too few, or one hangs.'),
                _t('Its host is overloaded or swaps.'),
                _t('A name server does not answer, so that each name waits.'),
            ),
            commands=(
                ask(finding.evidence['address']),
                registry.command(_t('On its host: load and memory'), 'top'),
            ),
            mended=_t('It answers as quickly as before.'),
        )


class ClockSkew(OfEndpoints):
    """By the Date of their answers, which has whole seconds."""

    label = _('Clocks that differ')
    titles = {
        'ahead': _('The clock of %(name)s is %(seconds)d s ahead of ours'),
        'behind': _('The clock of %(name)s is %(seconds)d s behind ours'),
        'ours': _(
            'The worker’s clock differs by %(seconds)d s from that of all '
            '%(places)d hosts'
        ),
    }

    def find(self, region):
        known = known_.Known(region)
        skews = skews_of(known)
        off = {
            place: skew for place, skew in skews.items() if abs(skew) >= SKEW_S
        }
        if is_ours(skews, off):
            yield _ours(off)
            return
        for place, skew in off.items():
            yield registry.Found(
                subject=known_.subject(place),
                subject_name=place[:255],
                severity=_of_skew(skew),
                word='ahead' if skew > 0 else 'behind',
                evidence={
                    **known.at(known.by_place[place]),
                    'seconds': round(abs(skew)),
                },
            )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Tokens may count as expired, services as down, and logs '
                'cannot be joined by their times.'
            ),
            causes=(
                _t('The time service of one of the hosts does not run.'),
                _t('It cannot reach its servers.'),
            ),
            commands=(
                registry.command(
                    _t('On the worker’s and on the service’s hosts'),
                    *('chronyc', 'tracking'),
                ),
                registry.command(
                    _t('Without chrony'), 'timedatectl', 'status'
                ),
            ),
            mended=_t('The times differ by less than %d s.') % SKEW_S,
        )


def slowness(probe) -> str:
    """The word of what is slow; nothing when it is not."""
    if probe.seconds is None or not probe.is_good:
        return ''
    if probe.seconds > SLOW_S:
        return 'slow'
    usual = probe.usual_s
    if usual is None or probe.seconds < NOT_SLOW_S:
        return ''
    return 'slower' if probe.seconds > SLOWER * usual else ''


def skews_of(known: known_.Known) -> dict[str, float]:
    """The greatest difference of each place that tells its time."""
    return {
        place: max(told, key=abs)
        for place, probes in known.by_place.items()
        if (told := [row.skew_s for row in probes if row.skew_s is not None])
    }


def is_ours(skews: dict[str, float], off: dict[str, float]) -> bool:
    """Whether all of at least three are off by the same."""
    return (
        len(off) > 2
        and len(off) == len(skews)
        and max(off.values()) - min(off.values()) <= ALIKE_S
    )


def ask(address: str) -> registry.Command:
    return registry.command(
        _t('Ask it yourself, from the worker’s host'),
        *('curl', '-sS', '-i', '--max-time', '10', '--', address),
    )


def of_catalog(finding) -> list[registry.Command]:
    """One line for each service that is concerned."""
    types = finding.evidence.get('services', '')
    return [
        registry.command(
            _t('What the catalog has of it'),
            *('openstack', 'endpoint', 'list', f'--service={type_}'),
        )
        for type_ in types.split(', ')[:1]
        if type_
    ]


def _down(known, probe):
    used = known.by_probe.get(probe.id, ())
    word = 'broken' if probe.status else 'down' if probe.good_at else 'never'
    is_public = any(endpoint.interface == 'public' for endpoint in used)
    mild = word == 'never' and not is_public
    return registry.Found(
        subject=probe.id,
        subject_name=probe.address[:255],
        severity=_SEVERITY.WARNING if mild else _SEVERITY.ERROR,
        word=word,
        evidence={
            **known.at([probe]),
            'address': probe.address,
            'error': probe.error,
            'status': probe.status,
            'asked_at': probe.asked_at,
            'good_at': probe.good_at,
        },
        since=probe.failing_since,
    )


def _meaning_of_down(finding):
    told = {'endpoints': ', '.join(finding.evidence['endpoints'])}
    if finding.word == 'never':
        return (
            _t(
                'The worker has no answer of it at all, and cannot tell '
                'whether others have one: %(endpoints)s.'
            )
            % told
        )
    return (
        _t('Whoever uses one of these gets no answer: %(endpoints)s.') % told
    )


def _ours(off):
    least = min(off.values(), key=abs)
    return registry.Found(
        subject='worker',
        severity=_of_skew(least),
        word='ours',
        evidence={
            'services': '',
            'seconds': round(abs(least)),
            'places': len(off),
        },
    )


def _of_skew(skew):
    great = abs(skew) >= GREAT_SKEW_S
    return _SEVERITY.ERROR if great else _SEVERITY.WARNING
