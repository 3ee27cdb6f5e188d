"""Reads users, groups and their roles into the inventory."""

from concurrent import futures
import functools

from rey_dashboard.cloud import identity
from rey_dashboard.inventory import gone as gone_
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store


def read(reading: reading_.Reading) -> None:
    """Leaves out excluded domains: their people and the roles on them.

    Heat alone makes thousands of both.
    """
    source = identity.Identity(reading.cloud, reading.session)
    kept, left_out = _domains(reading, source)
    assignments = _of_kept_targets(reading, source.assignments(), left_out)
    holders = {row.actor_id for row in assignments}
    unknown = set(holders)
    for domain in kept:
        unknown -= _read_users(reading, source, domain)
        unknown -= _read_groups(reading, source, domain, holders)
    # Those that are nowhere stay: Keystone keeps the roles of users that are
    # gone from an LDAP server.
    strangers = _actors(source, left_out) if unknown else set()
    _write(
        reading,
        source,
        [row for row in assignments if row.actor_id not in strangers],
    )
    unseen = {
        kind: store.unseen(model, reading.region, reading.number)
        for kind, model in (('users', models.User), ('groups', models.Group))
    }
    gone = {
        kind: _gone(reading, source, kind, rows, kept)
        for kind, rows in unseen.items()
    }
    with reading.closing():
        for kind, rows in unseen.items():
            rows.exclude(domain_id__in=[one.id for one in kept]).delete()
            rows.filter(id__in=gone[kind]).delete()
        store.unseen(
            models.RoleAssignment, reading.region, reading.number
        ).delete()
        reading.gone = sum(map(len, gone.values()))


def _gone(reading, source, kind, unseen, kept):
    rows = unseen.filter(domain_id__in=[domain.id for domain in kept])
    ids = rows.order_by('id').values_list('id', flat=True)
    return gone_.proven(
        ids[: gone_.MOST_ASKED],
        functools.partial(source.is_gone, kind),
        reading.settings.PARALLEL_CALLS,
    )


def _domains(reading, source):
    # Asked for anew: this part can be read well while that of the projects
    # fails.
    kept, left_out = [], []
    for domains in source.domains():
        for domain in domains:
            excluded = domain.name in reading.settings.EXCLUDE_DOMAINS
            (left_out if excluded else kept).append(domain)
    return kept, left_out


def _of_kept_targets(reading, assignments, left_out):
    domain_ids = [domain.id for domain in left_out]
    excluded = set(
        models.Project.objects.filter(
            region=reading.region, domain_id__in=domain_ids
        ).values_list('id', flat=True)
    )
    excluded.update(domain_ids)
    return [row for row in assignments if row.target_id not in excluded]


def _read_users(reading, source, domain):
    ids = set()
    for users in source.users(domain):
        reading.write(
            models.User,
            [models.User(**vars(user), **reading.stamp) for user in users],
        )
        ids.update(user.id for user in users)
        reading.progress(len(users))
    return ids


def _read_groups(reading, source, domain, holders):
    """Members cost a call: only groups that hold a role are asked for them."""
    ids = set()
    workers = reading.settings.PARALLEL_CALLS
    for groups in source.groups(domain):
        asked = [group.id for group in groups if group.id in holders]
        with futures.ThreadPoolExecutor(workers) as pool:
            answers = pool.map(source.members, asked)
            members = dict(zip(asked, answers, strict=True))
        reading.write(
            models.Group,
            [
                models.Group(
                    members=members.get(group.id, []),
                    **vars(group),
                    **reading.stamp,
                )
                for group in groups
            ],
        )
        ids.update(group.id for group in groups)
        reading.progress(len(groups))
    return ids


def _actors(source, domains):
    return {
        actor.id
        for domain in domains
        for listed in (source.users, source.groups)
        for page in listed(domain)
        for actor in page
    }


def _write(reading, source, assignments):
    names = source.role_names({row.role_id for row in assignments})
    reading.write(
        models.RoleAssignment,
        [
            models.RoleAssignment(
                role_name=names[row.role_id], **vars(row), **reading.stamp
            )
            for row in assignments
        ],
    )
    reading.progress(len(assignments))
