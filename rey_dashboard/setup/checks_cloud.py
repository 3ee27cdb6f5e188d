"""Whether the service user may do what the dashboard does: it is tried.

Nothing is changed: all calls are readings. That backups and changes of
quotas are allowed is concluded from a token of the project and its roles.
"""

from collections.abc import Iterator
from concurrent import futures
import shlex

from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import identity
from rey_dashboard.cloud import rights
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.setup import verdict as verdict_

#: Somebody waits for the answer, other than for the worker's.
_LONGEST_CALL_S = 20
_TASKS = 'Tasks and backups'
#: Domains whose commands are written out; a cloud may have hundreds.
_MOST_COMMANDS = 10
#: What Keystone and the services answer to who has no role on a project.
_NO_ROLE = (ks_exceptions.Unauthorized, ks_exceptions.Forbidden)
#: With these alone nothing can be made in a project.
_ONLY_READING = {'reader'}


def sign_in(
    settings: conf.Settings,
) -> tuple[verdict_.Verdict, cloud_session.Cloud | None]:
    """The cloud, when the service user can sign in to it."""
    name = 'Cloud'
    try:
        cloud = cloud_session.Cloud(
            settings.CLOUD, min(settings.CALL_TIMEOUT_S, _LONGEST_CALL_S)
        )
        region = cloud.region
        project_id = cloud.session().get_project_id()
    except faults.ALL as error:
        return _failed(name, {'Signing in': error}), None
    if not project_id:
        return verdict_.not_well(
            name,
            'The service user signs in to no project.',
            f'Name one in the entry {settings.CLOUD!r} of clouds.yaml, with '
            'the role admin on it.',
        ), None
    return verdict_.well(
        name, f'The service user of {settings.CLOUD!r} signs in to {region}.'
    ), cloud


def verdicts(
    cloud: cloud_session.Cloud, settings: conf.Settings
) -> Iterator[verdict_.Verdict]:
    """What needs a cloud that the service user signed in to."""
    tried = rights.Rights(cloud)
    yield service_versions(tried)
    for service_type in rights.READS:
        yield reading(tried, service_type)
    yield tasks(tried, identity.Identity(cloud, tried.session), settings)


def service_versions(tried: rights.Rights) -> verdict_.Verdict:
    """Whether each service reaches the microversion that is needed."""
    name = 'Service versions'
    used, failed = [], {}
    for service_type in rights.MICROVERSIONS:
        try:
            used.append(f'{service_type} {tried.version(service_type)}')
        except faults.ALL as error:
            failed[service_type] = error
    if failed:
        return _failed(name, failed)
    return verdict_.well(name, f'Used are {", ".join(used)}.')


def reading(tried: rights.Rights, service_type: str) -> verdict_.Verdict:
    """One row of each listing of a service that the collector reads."""
    name = f'Reading {service_type}'
    failed = {}
    for path in rights.READS[service_type]:
        try:
            tried.read(service_type, path)
        except faults.ALL as error:
            failed[path.partition('?')[0]] = error
            if not isinstance(error, ks_exceptions.HttpError):
                # Nothing answers there: the others would wait as long.
                break
    if failed:
        return _failed(name, failed, f' ({tried.session.request_id})')
    number = len(rights.READS[service_type])
    return verdict_.well(name, f'Allowed, by {number} calls.')


def tasks(
    tried: rights.Rights, keystone: identity.Identity, settings: conf.Settings
) -> verdict_.Verdict:
    """Whether the role that each domain passes on reaches its projects.

    Tried on one project of each domain.
    """
    try:
        domains = list(_to_try(keystone, settings))
        with futures.ThreadPoolExecutor(settings.PARALLEL_CALLS) as pool:
            found = list(
                pool.map(lambda domain: _in_domain(tried, domain), domains)
            )
    except faults.ALL as error:
        return _failed(_TASKS, {'domains': error})
    without = [
        domain
        for domain, ok in zip(domains, found, strict=True)
        if ok is False
    ]
    empty = found.count(None)
    if without:
        return _without_role(without, len(domains) - empty, tried.user_id)
    if empty == len(domains):
        return verdict_.unknown(
            _TASKS,
            'No domain has a project to try it on.',
            'Check again when there are projects.',
        )
    words = f'A role in one project of each of {len(domains) - empty} domains'
    if empty:
        words += f'; {empty} more have no project to try it on'
    return verdict_.well(_TASKS, f'{words}.')


def _to_try(keystone, settings):
    for page in keystone.domains():
        for domain in page:
            if domain.enabled and domain.name not in settings.EXCLUDE_DOMAINS:
                yield domain


def _in_domain(tried, domain):
    """None without a project to try it on."""
    project_id = tried.project(domain.id)
    if project_id is None:
        return None
    try:
        roles = tried.roles(project_id)
    except _NO_ROLE:
        return False
    return not roles <= _ONLY_READING


def _without_role(domains, number, user_id):
    commands = ' && '.join(
        f'openstack role add --inherited --user {shlex.quote(user_id)} '
        f'--domain {shlex.quote(domain.id)} member'
        for domain in domains[:_MOST_COMMANDS]
    )
    others = ' (and so on)' if domains[_MOST_COMMANDS:] else ''
    names = ', '.join(domain.name for domain in domains)
    return verdict_.not_well(
        _TASKS,
        f'No role to make anything with in projects of {len(domains)} of '
        f'{number} domains: {names}.',
        f'Let the domains pass a role on to the service user: {commands}'
        f'{others}',
    )


def _failed(name, failed, request=''):
    """Faults by what failed; those with the same words together."""
    together = {}
    for what, error in failed.items():
        together.setdefault(faults.explain(error), []).append(what)
    return verdict_.not_well(
        name,
        ' '.join(
            f'{", ".join(what)}: {explained.words}{request}'
            for explained, what in together.items()
        ),
        ' '.join(
            {
                explained.remedy: None
                for explained in together
                if explained.remedy
            }
        ),
    )
