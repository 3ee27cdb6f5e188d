"""Domains, projects, people and their roles.

Each ``of`` gives model, columns, rows of these, and what is the same in all.
"""

import json

from rey_dashboard.inventory import models
from tests.load import company

ROLES = {company.key('role', n): n for n in ('member', 'reader', 'manager')}


def of(whole):
    yield (
        models.Domain,
        ('id', 'name', 'enabled', 'excluded'),
        _domains(whole),
        {},
    )
    yield (
        models.Project,
        (
            'id',
            'name',
            'domain_id',
            'parent_id',
            'enabled',
            'contact',
            'gone_at',
        ),
        _projects(whole),
        {'tags': '[]'},
    )
    yield (
        models.User,
        ('id', 'name', 'domain_id', 'email'),
        _users(whole),
        {'enabled': True},
    )
    yield (
        models.Group,
        ('id', 'name', 'domain_id', 'members'),
        _groups(whole),
        {},
    )
    yield (
        models.RoleAssignment,
        (
            'target_kind',
            'target_id',
            'inherited',
            'actor_kind',
            'actor_id',
            'role_id',
            'role_name',
        ),
        _roles(whole),
        {},
    )


def _domains(whole):
    excluded = whole.excluded_domain()
    for number in whole.domains:
        id_ = company.key('domain', number)
        yield id_, whole.domain_name(number), True, id_ == excluded


def _projects(whole):
    for number, id_ in enumerate(whole.ids):
        domain_id = whole.domain_id(number)
        yield (
            id_,
            company.name('project', number),
            domain_id,
            domain_id,
            number % 100 != 57,
            f'owner-{number % 997}@example.org' if number % 3 else '',
            whole.ago(days=20) if company.gone(number) else None,
        )
    excluded = whole.excluded_domain()
    for number in range(len(whole.ids) // 20):
        id_ = company.key('heat', number)
        yield id_, id_, excluded, excluded, True, '', None


def _users(whole):
    for number, id_ in enumerate(whole.user_ids):
        name = company.name('user', number)
        domain_id = whole.domain_id(number // 2)
        yield id_, name, domain_id, f'u{number}@example.org'


def _groups(whole):
    for number in range(len(whole.user_ids) // 20):
        members = whole.user_ids[20 * number : 20 * number + 12]
        yield (
            company.key('group', number),
            company.name('group', number),
            whole.domain_id(10 * number),
            json.dumps(members),
        )


def _roles(whole):
    (member, word), (reader, reads), (manager, manages) = ROLES.items()
    for number, id_ in enumerate(whole.ids):
        for user_id in whole.makers(number):
            yield 'project', id_, False, 'user', user_id, member, word
        group_id = company.key('group', number // 10)
        yield 'project', id_, False, 'group', group_id, reader, reads
    for number in whole.domains:
        id_ = company.key('domain', number)
        user_id = whole.user_ids[number % len(whole.user_ids)]
        for inherited in (False, True):
            yield 'domain', id_, inherited, 'user', user_id, manager, manages
