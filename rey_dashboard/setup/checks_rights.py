"""Whether the service user may do what the dashboard does: it is tried.

Nothing is changed: what could be is asked of things that do not exist.
"""

from collections.abc import Iterator
from concurrent import futures
import enum
import shlex

from keystoneauth1 import exceptions as ks_exceptions

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import identity
from rey_dashboard.cloud import rights
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.setup import verdict as verdict_

_TASKS = 'Tasks'
_BACKUPS = 'Backups'
#: Domains whose commands are written out; a cloud may have hundreds.
_MOST_COMMANDS = 10
#: One of these makes things in a project, where nobody changed the policies.
_ENOUGH = {'member', 'admin'}
_CINDER_RULE = 'backup:create'


class _Found(enum.Enum):
    """What came of trying a domain."""

    TRIED = enum.auto()
    #: There is no volume to try it on; but a role to make things with.
    BY_ROLE = enum.auto()
    NO_ROLE = enum.auto()
    #: Cinder refuses a role that does by its own defaults.
    REFUSED = enum.auto()
    NO_PROJECT = enum.auto()


def verdicts(
    cloud: cloud_session.Cloud, settings: conf.Settings
) -> Iterator[verdict_.Verdict]:
    """What needs a cloud that the service user signed in to."""
    tried = rights.Rights(cloud)
    yield service_versions(tried)
    for service_type in rights.READS:
        yield reading(tried, service_type)
    yield tasks(tried)
    yield backups(tried, identity.Identity(cloud, tried.session), settings)


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
        return failure(name, failed)
    return verdict_.well(name, f'Used are {", ".join(used)}.')


def reading(tried: rights.Rights, service_type: str) -> verdict_.Verdict:
    """One row of each listing of a service that the collector reads."""
    name = f'Reading {service_type}'
    calls = [
        (path.partition('?')[0], tried.read, (service_type, path))
        for path in rights.READS[service_type]
    ]
    return _all_allowed(name, tried, calls)


def tasks(tried: rights.Rights) -> verdict_.Verdict:
    """What tasks change with the rights of an administrator."""
    calls = [
        (
            f'{service_type} {path.rpartition("/")[0]}',
            tried.change,
            (service_type, path, body),
        )
        for service_type, changes in rights.CHANGES.items()
        for path, body in changes
    ]
    return _all_allowed(_TASKS, tried, calls)


def backups(
    tried: rights.Rights, keystone: identity.Identity, settings: conf.Settings
) -> verdict_.Verdict:
    """Whether the role that each domain passes on is enough in its projects.

    Tried on one project of each domain.
    """
    try:
        domains = list(_to_try(keystone, settings))
        with futures.ThreadPoolExecutor(settings.PARALLEL_CALLS) as pool:
            found = list(
                pool.map(lambda domain: _in_domain(tried, domain), domains)
            )
    except faults.ALL as error:
        return failure(_BACKUPS, {'Trying the domains': error}, tried)
    by_found = {kind: [] for kind in _Found}
    for domain, kind in zip(domains, found, strict=True):
        by_found[kind].append(domain)
    number = len(domains) - len(by_found[_Found.NO_PROJECT])
    if by_found[_Found.NO_ROLE]:
        return _without_role(by_found[_Found.NO_ROLE], number, tried.user_id)
    if by_found[_Found.REFUSED]:
        return _refused(by_found[_Found.REFUSED], number)
    return _allowed(by_found, number)


def failure(
    name: str,
    failed: dict[str, BaseException],
    tried: rights.Rights | None = None,
) -> verdict_.Verdict:
    """Faults by what failed; those with the same words together.

    :param tried: whose request id is told, and the command for its role
    """
    together = {}
    for what, error in failed.items():
        explained = faults.explain(error)
        words, remedy = explained.words, explained.remedy
        if isinstance(error, ks_exceptions.Forbidden):
            # Each service says so in words of its own.
            words = 'refused (HTTP 403)'
            if tried:
                remedy += f' Give it with: {_role_of_project(tried)}'
        if tried and not isinstance(error, faults.CloudFault):
            words += f' ({tried.session.request_id})'
        together.setdefault((words, remedy), []).append(what)
    return verdict_.not_well(
        name,
        '; '.join(
            f'{", ".join(what)}: {words}'
            for (words, _remedy), what in together.items()
        ),
        ' '.join({remedy: None for _words, remedy in together if remedy}),
    )


def _all_allowed(name, tried, calls):
    failed = {}
    for what, call, arguments in calls:
        try:
            call(*arguments)
        except faults.ALL as error:
            failed[what] = error
            if not isinstance(error, ks_exceptions.HttpError):
                # Nothing answers there: the others would wait as long.
                break
    if failed:
        return failure(name, failed, tried)
    number = len(calls)
    return verdict_.well(
        name, f'Allowed, by {number} {"calls" if number > 1 else "call"}.'
    )


def _to_try(keystone, settings):
    for page in keystone.domains():
        for domain in page:
            if domain.enabled and domain.name not in settings.EXCLUDE_DOMAINS:
                yield domain


def _in_domain(tried, domain):
    project_id = tried.project(domain.id)
    if project_id is None:
        return _Found.NO_PROJECT
    try:
        session = tried.sign_in(project_id)
    except ks_exceptions.Unauthorized:
        return _Found.NO_ROLE
    roles = set(session.auth.get_access(session).role_names)
    try:
        asked = tried.backup(session)
    except ks_exceptions.Forbidden:
        return _Found.REFUSED if roles & _ENOUGH else _Found.NO_ROLE
    if asked:
        return _Found.TRIED
    return _Found.BY_ROLE if roles & _ENOUGH else _Found.NO_ROLE


def _allowed(by_found, number):
    if not number:
        return verdict_.unknown(
            _BACKUPS,
            'No domain has a project to try it on.',
            'Check again when there are projects.',
        )
    words = f'Allowed in one project of each of {number} domains'
    by_role = by_found[_Found.BY_ROLE]
    if by_role:
        words += (
            f', in {len(by_role)} of them by the role alone: no volume was '
            'found to try it on'
        )
    empty = by_found[_Found.NO_PROJECT]
    if empty:
        words += f'; {len(empty)} more have no project to try it on'
    return verdict_.well(_BACKUPS, f'{words}.')


def _without_role(domains, number, user_id):
    commands = ' && '.join(
        f'openstack role add --inherited --user {shlex.quote(user_id)} '
        f'--domain {shlex.quote(domain.id)} member'
        for domain in domains[:_MOST_COMMANDS]
    )
    others = ' (and so on)' if domains[_MOST_COMMANDS:] else ''
    return verdict_.not_well(
        _BACKUPS,
        f'No role to make one with in projects of {_named(domains, number)}.',
        'Let the domains pass a role on to the service user (rey-dashboard '
        f'setup --service-user --apply does it): {commands}{others}',
    )


def _refused(domains, number):
    return verdict_.not_well(
        _BACKUPS,
        f'Cinder refuses it in projects of {_named(domains, number)}, though '
        'the service user has a role there.',
        'Allow it to the role member in the policy of Cinder: '
        f'{_CINDER_RULE}. Look whether it was changed there.',
    )


def _named(domains, number):
    names = ', '.join(domain.name for domain in domains)
    return f'{len(domains)} of {number} domains: {names}'


def _role_of_project(tried):
    return (
        f'openstack role add --user {shlex.quote(tried.user_id)} '
        f'--project {shlex.quote(tried.project_id)} admin'
    )
