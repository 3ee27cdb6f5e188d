"""What is kept of a cloud to compare it later: of our tables alone.

Times, ages, uses and all else that changes by itself is left out, and what
is told of each part stands under that part's name: what could not be read is
compared with nothing.
"""

import datetime

from django.db.models import Count
from django.utils import translation

from rey_dashboard.checks import models as checks
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import told_releases
from rey_dashboard.tasks import models as tasks
from rey_dashboard.verification import ruled

#: Of the kind of task; its steps' ``work`` holds the seconds of each stage.
SMOKE_TEST = 'smoke_test'
SERVICES = {
    'compute': parts.COMPUTE_SERVICES,
    'volume': parts.VOLUME_SERVICES,
    'network': parts.NETWORK_AGENTS,
}
QUOTAS = {
    'compute': parts.COMPUTE_QUOTAS,
    'volume': parts.VOLUME_QUOTAS,
    'network': parts.NETWORK,
}
#: Of each part the table of its things.
THINGS = {
    parts.SERVERS: models.Server,
    parts.VOLUMES: models.Volume,
    parts.SNAPSHOTS: models.Snapshot,
    parts.BACKUPS: models.Backup,
    parts.NETWORK: models.FloatingIp,
}


def take(region: str, since: datetime.datetime) -> dict:
    """As JSON can hold it.

    :param since: what was not read well after that is no part of it
    """
    with translation.override('en'):
        return {
            'unread': unread(region, since),
            'services': _services(region),
            'endpoints': _endpoints(region),
            'certificates': _certificates(region),
            'versions': _versions(region),
            'counts': {
                part: _counts(model, region) for part, model in THINGS.items()
            },
            'errors': {
                part: _errors(model, region) for part, model in THINGS.items()
            },
            'quotas': _quotas(region),
            'findings': _findings(region),
            'smoke_test': _smoke_test(region),
        }


def unread(region: str, since: datetime.datetime) -> dict[str, str]:
    """Parts that were not read well after that, and why."""
    states = {
        row.name: row for row in models.PartState.objects.filter(region=region)
    }
    found = {}
    for name in parts.LABELS:
        state = states.get(name)
        if not state or not state.last_good_at or state.last_good_at < since:
            found[name] = (state and state.error) or 'it was not read'
        elif state.failing_since:
            found[name] = state.error
        elif state.blind:
            found[name] = state.note or 'the cloud hid some of it'
    return found


def _services(region):
    found = {part: {} for part in SERVICES.values()}
    rows = models.Service.objects.filter(region=region)
    for row in rows.order_by('name', 'host'):
        found[SERVICES[row.service]][str(row)] = [row.state, row.status]
    return found


def _endpoints(region):
    probes = _probes(region)
    found = {}
    for row in _catalog(region):
        probe = probes.get(row.probe_id)
        told = probe and (probe.error or str(probe.status or ''))
        answers = probe.is_good if probe else None
        found[_key(row, found)] = [answers, told or '', row.url]
    return found


def _probes(region):
    rows = models.EndpointProbe.objects.filter(region=region)
    return {row.id: row for row in rows}


def _catalog(region):
    return models.Endpoint.objects.filter(
        region=region, enabled=True
    ).order_by('service_type', 'in_region', 'interface', 'url', 'id')


def _key(row, taken):
    """Of an endpoint; the catalog may have several of the same name."""
    name = str(row).strip()
    return f'{name} {row.url}' if name in taken else name


def _certificates(region):
    """Of each host and port the one that ends first."""
    found = {}
    used = set(_catalog(region).values_list('probe_id', flat=True))
    rows = models.EndpointProbe.objects.filter(region=region)
    for row in rows.exclude(cert_not_after=None).order_by('-cert_not_after'):
        if row.id in used:
            found[row.place] = [
                row.cert_not_after.isoformat(),
                row.cert_verifies is not False,
                row.cert_name_matches is not False,
            ]
    return found


def _versions(region):
    probes = _probes(region)
    found = {'release': str(told_releases.of(region)), 'endpoints': {}}
    for row in _catalog(region):
        probe = probes.get(row.probe_id)
        # One that does not answer tells none: that is told elsewhere.
        if probe and probe.is_good:
            found['endpoints'][_key(row, found['endpoints'])] = [
                probe.version,
                probe.least_microversion,
                probe.most_microversion,
            ]
    hosts = models.Host.objects.filter(region=region).order_by('name')
    found['hypervisors'] = {
        row.name: f'{row.type} {row.version or ""}'.strip() for row in hosts
    }
    return found


def _counts(model, region):
    rows = model.objects.filter(region=region).order_by('status')
    counted = rows.values_list('status').annotate(Count('seen'))
    return dict(counted)


def _errors(model, region):
    rows = model.objects.filter(region=region, status__istartswith='error')
    return {
        row.id: f'{row}: {row.status}'
        for row in rows.order_by('id').iterator()
    }


def _quotas(region):
    """Each set of limits once: thousands of projects have the same."""
    found = {}
    rows = models.Quota.objects.filter(region=region, counted=False)
    rows = rows.exclude(limit=None).order_by(
        'project_id', 'service', 'resource'
    )
    columns = 'project_id', 'service', 'resource', 'limit'
    for project_id, service, resource, limit in rows.values_list(
        *columns
    ).iterator():
        of_project = found.setdefault(project_id, {})
        of_project.setdefault(QUOTAS[service], {})[resource] = limit
    sets, places, projects = [], {}, {}
    for project_id, limits in found.items():
        place = places.setdefault(repr(limits), len(sets))
        if place == len(sets):
            sets.append(limits)
        projects[project_id] = place
    return {'sets': sets, 'projects': projects}


def _findings(region):
    """Those that are worth a look, but for what is compared by itself."""
    rows = checks.Finding.objects.open().filter(
        region=region, severity__lte=checks.Finding.Severity.WARNING
    )
    return {
        f'{row.check_name} {row.subject}': [
            row.severity,
            row.word,
            row.title,
            row.since and row.since.isoformat(),
        ]
        for row in rows.order_by('check_name', 'subject').iterator()
        if row.check_name not in ruled.ELSEWHERE
    }


def _smoke_test(region):
    """The last that came to an end, good or bad."""
    ends = tasks.Task.State
    task = (
        tasks.Task.objects.filter(
            region=region,
            kind=SMOKE_TEST,
            state__in=(ends.SUCCEEDED, ends.FAILED, ends.PARTLY_FAILED),
        )
        .order_by('-ended_at', '-pk')
        .first()
    )
    step = task and task.steps.first()
    if not step:
        return None
    return {
        'task_id': task.pk,
        'ended_at': task.ended_at and task.ended_at.isoformat(),
        'passed': task.state == ends.SUCCEEDED,
        'error': step.error,
        'seconds': step.work.get('seconds', {}),
        'skipped': step.work.get('skipped', {}),
    }
