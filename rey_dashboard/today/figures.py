"""The figures on the cards: of our tables alone, none of them invented."""

from collections.abc import Iterator
import dataclasses
import math

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from rey_dashboard.inventory import domains
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.inventory import told_releases
from rey_dashboard.inventory import totals
from rey_dashboard.pages import protection
from rey_dashboard.policy import usage
from rey_dashboard.runs import models as verification
from rey_dashboard.templatetags import rey

SERVICE_PARTS = {
    parts.COMPUTE_SERVICES,
    parts.VOLUME_SERVICES,
    parts.NETWORK_AGENTS,
}


@dataclasses.dataclass(frozen=True)
class Line:
    """One figure in words.

    :param address: of the rows behind it, where he may see them
    """

    words: str
    address: str = ''


def of_install(request, scope, fresh) -> Iterator[Line]:
    read = {part.name for part in fresh.parts if part.last_good_at}
    address = reverse('horizon:rey:readiness:endpoints')
    if not read >= {parts.CATALOG, parts.PROBES}:
        yield Line(_t('Endpoints: not asked yet'), address)
        return
    # Several endpoints may have one address.
    asked = models.Endpoint.objects.filter(
        region=scope.region, enabled=True
    ).exclude(probe_id='')
    probes = models.EndpointProbe.objects.filter(
        region=scope.region, id__in=asked.values('probe_id')
    )
    yield _of_endpoints(probes, asked, address)
    yield _of_certificates(probes, address)


def _of_endpoints(probes, asked, address):
    good = [probe.id for probe in probes if probe.is_good]
    every, answer = asked.count(), asked.filter(probe_id__in=good).count()
    if answer == every:
        words = ngettext(
            'The one endpoint answers', 'All %(every)d endpoints answer', every
        )
    else:
        words = _t('%(answer)d of %(every)d endpoints answer')
    return Line(words % {'answer': answer, 'every': every}, address)


def _of_certificates(probes, address):
    days = [probe.cert_days for probe in probes if probe.cert_days is not None]
    if not days:
        return Line(_t('No endpoint has a certificate'), address)
    shortest = max(0, min(days))
    words = ngettext(
        'Shortest certificate: %d day',
        'Shortest certificate: %d days',
        shortest,
    )
    return Line(words % shortest, address)


def of_operate(request, scope, fresh) -> Iterator[Line]:
    read = {part.name for part in fresh.parts if part.last_good_at}
    if scope.is_whole:
        yield _of_services(scope, read)
    yield _of_servers(request, scope, read)
    yield _of_backups(scope, read)


def _of_services(scope, read):
    if not read >= SERVICE_PARTS:
        return Line(_t('Services: not read yet'))
    services = models.Service.objects.filter(region=scope.region)
    down = services.filter(state=models.Service.State.DOWN).count()
    return Line(
        ngettext(
            '%(count)s service is down', '%(count)s services are down', down
        )
        % {'count': rey.number(down)},
        f'{reverse("horizon:rey:services:index")}?state=down',
    )


def _of_servers(request, scope, read):
    if parts.SERVERS not in read:
        return Line(_t('Servers: not read yet'))
    rows = scope.domain_summaries()
    errors = rows.aggregate(all=Sum('servers_in_error', default=0))['all']
    words = ngettext(
        '%(count)s server in ERROR', '%(count)s servers in ERROR', errors
    ) % {'count': rey.number(errors)}
    return Line(words, _projects(request, 'in_error=1'))


def _of_backups(scope, read):
    address = reverse('horizon:rey:backups:index')
    if not read >= {parts.VOLUMES, parts.BACKUPS}:
        return Line(_t('Backups: not read yet'), address)
    found = protection.of_domains(scope.domain_coverage())
    if not found.counted:
        return Line(_t('No volume that needs a backup'), address)
    # Never rounded up to 100.
    percent = math.floor(100 * found.within / found.counted)
    return Line(
        _t('%(percent)d %% of volumes within their backup target')
        % {'percent': percent},
        address,
    )


def of_usage(request, scope, fresh) -> Iterator[Line]:
    read = {part.name for part in fresh.parts if part.last_good_at}
    if not read & {parts.COMPUTE_QUOTAS, parts.VOLUME_QUOTAS, parts.NETWORK}:
        yield Line(_t('Quotas: not read yet'))
    else:
        yield _of_quotas(request, scope)
    yield _of_hosts(scope) if scope.is_whole else _of_fullest(scope)


def _of_quotas(request, scope):
    rows = scope.domain_summaries()
    full = rows.aggregate(all=Sum('projects_nearly_full', default=0))['all']
    words = ngettext(
        '%(count)s project over %(percent)d %% of a quota',
        '%(count)s projects over %(percent)d %% of a quota',
        full,
    ) % {'count': rey.number(full), 'percent': domains.NEARLY_FULL}
    return Line(words, _projects(request, f'over={domains.NEARLY_FULL}'))


def _of_hosts(scope):
    """Of vCPUs, RAM and storage that which is fullest."""
    hosts = totals.hosts(scope.region)
    every = (
        (_t('vCPUs'), hosts.get('VCPU')),
        (_t('RAM'), hosts.get('MEMORY_MB')),
        (_t('Storage'), totals.storage(scope.region)),
    )
    known = [
        (100 * total.used / total.can_hold, label)
        for label, total in every
        if total and total.can_hold
    ]
    if not known:
        return Line(_t('Hosts and storage pools: not read yet'))
    percent, label = max(known)
    return Line(
        _t('Fullest: %(resource)s, %(percent)d %% of what it can hold')
        % {'resource': label, 'percent': math.floor(percent)},
        reverse('horizon:rey:projects:index'),
    )


def _of_fullest(scope):
    """Of the domains' quotas that which is fullest."""
    rows = scope.summaries().exclude(fullest_percent=None)
    row = rows.order_by('-fullest_percent', 'project_id').first()
    if not row:
        return Line(_t('No quota is in use'))
    known = resources.find(row.fullest_service, row.fullest_resource)
    return Line(
        _t('Fullest: %(project)s, %(percent)d %% of %(resource)s')
        % {
            'project': row.name or row.project_id,
            'percent': math.floor(row.fullest_percent),
            'resource': known.label,
        },
        reverse('horizon:rey:projects:detail', args=[row.project_id]),
    )


def of_update(request, scope, fresh) -> Iterator[Line]:
    yield from _of_releases(scope, fresh)
    last = verification.Comparison.objects.last_good(scope.region)
    if last and scope.is_whole:
        yield Line(
            _t('Compared with %(baseline)s: %(worse)s worse')
            % {'baseline': last.baseline, 'worse': rey.number(last.worse)},
            reverse('horizon:rey:verification:report', args=[last.pk]),
        )


def _of_releases(scope, fresh):
    read = {part.name for part in fresh.parts if part.last_good_at}
    address = reverse('horizon:rey:versions:index')
    if not read >= {parts.CATALOG, parts.PROBES}:
        yield Line(_t('Releases: not read yet'), address)
        return
    told = told_releases.of(scope.region)
    if told.fit == told_releases.Fit.UNKNOWN:
        yield Line(_t('No endpoint tells its release'), address)
        return
    if told.fit == told_releases.Fit.MIXED:
        yield Line(_t('The services are of different releases'), address)
    else:
        yield Line(_t('Release: %s') % told, address)
    # Of several that fit, the newest: it is cared for the longest.
    release = told.fitting[-1] if told.fitting else told.oldest
    if release:
        words = {
            'release': release,
            'state': release.words_on(timezone.now().date()),
        }
        yield Line(
            _t('%(release)s: %(state)s') % words,
            reverse('horizon:rey:versions:releases'),
        )


def _projects(request, query):
    if not scope_.is_open(request, usage.READ):
        return ''
    return f'{reverse("horizon:rey:projects:index")}?{query}'
