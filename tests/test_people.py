import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import roles
from rey_dashboard.inventory import scope
from tests import factory

# Each part has a thread, so a connection, of its own: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def part():
    return models.PartState.objects.get(name=parts.PEOPLE)


def ids(model):
    return sorted(model.objects.values_list('id', flat=True))


def people_of(project_id):
    return {
        (person.name, person.role): [
            (way.group, way.inherited_from) for way in person.through
        ]
        for person in roles.people_of(scope.Scope(factory.REGION), project_id)
    }


def test_people_past_the_first_page_are_read(cloud):
    cloud.page = 2
    for number in range(5):
        cloud.people.add_user(f'u{number}', email=f'u{number}@example.org')

    worker.collect_once()

    assert ids(models.User) == ['u0', 'u1', 'u2', 'u3', 'u4']
    assert models.User.objects.get(id='u4').email == 'u4@example.org'
    assert part().rows == 5


def test_an_ldap_domain_that_does_not_page_is_read_whole(cloud):
    cloud.page = 2
    cloud.add_domain('staff')
    cloud.people.ldap.add('staff')
    for number in range(5):
        cloud.people.add_user(f'u{number}', 'staff')

    worker.collect_once()

    assert len(ids(models.User)) == 5
    assert part().rows == 5
    assert part().failing_since is None


def test_all_members_of_a_group_are_read(cloud):
    cloud.page = 2
    cloud.add_project('p')
    cloud.people.add_group('team', 'a', 'b', 'c')
    cloud.people.add_group('idle', 'a')
    cloud.people.give('member', group='team', project='p')

    worker.collect_once()

    groups = dict(models.Group.objects.values_list('id', 'members'))
    # Nobody asks for the members of a group without a role.
    assert groups == {'team': ['a', 'b', 'c'], 'idle': []}


def test_every_way_to_a_role_is_told(cloud):
    cloud.add_domain('d', name='customers')
    cloud.add_project('top', domain_id='d', parent_id='d', name='shop')
    cloud.add_project('below', domain_id='d', parent_id='top')
    cloud.add_project('deep', domain_id='d', parent_id='below')
    for user in ('ana', 'ben', 'cleo', 'dora'):
        cloud.people.add_user(user, 'd')
    cloud.people.add_group('team', 'ana', 'ben', domain_id='d')
    give = cloud.people.give
    give('member', user='ana', project='deep')
    give('member', group='team', project='deep')
    give('reader', user='cleo', project='top', inherited=True)
    give('admin', user='cleo', domain='d', inherited=True)
    # These do not reach the project below.
    give('admin', user='dora', domain='d')
    give('member', user='dora', project='top')
    give('reader', user='dora', project='deep', inherited=True)
    give('admin', user='dora', system='all')

    worker.collect_once()

    assert people_of('deep') == {
        ('ana', 'member'): [('', ''), ('team', '')],
        ('ben', 'member'): [('team', '')],
        ('cleo', 'admin'): [('', 'customers')],
        ('cleo', 'reader'): [('', 'shop')],
    }
    assert people_of('top') == {
        ('cleo', 'admin'): [('', 'customers')],
        ('dora', 'member'): [('', '')],
    }


def test_asking_for_the_people_of_a_project_costs_few_queries(
    cloud, django_assert_max_num_queries
):
    for level in range(8):
        cloud.add_project(f'p{level}', parent_id=f'p{level - 1}')
        for number in range(5):
            cloud.people.give(
                'member', user=f'u{number}', project=f'p{level}', inherited=1
            )
    # A listing that was read while somebody moved projects.
    cloud.projects[0]['parent_id'] = 'p7'
    worker.collect_once()

    with django_assert_max_num_queries(7):
        people = roles.people_of(scope.Scope(factory.REGION), 'p7')

    assert [len(person.through) for person in people] == [7] * 5


def test_what_excluded_domains_hold_is_left_out(cloud):
    cloud.add_domain('heat', name='heat_user_domain')
    cloud.add_project('stack', domain_id='heat')
    cloud.add_project('p')
    cloud.people.add_user('machine', 'heat')
    cloud.people.add_user('ines')
    for user in ('machine', 'ines', 'gone-from-ldap'):
        cloud.people.give('member', user=user, project='p')
    cloud.people.give('member', user='ines', project='stack')
    cloud.people.give('admin', user='ines', domain='heat')

    worker.collect_once()

    assert ids(models.User) == ['ines']
    assert people_of('p') == {
        ('ines', 'member'): [('', '')],
        ('gone-from-ldap', 'member'): [('', '')],
    }
    assert models.RoleAssignment.objects.count() == 2


def test_what_keystone_no_longer_lists_is_removed(cloud):
    cloud.add_project('p')
    cloud.people.add_user('stays')
    cloud.people.add_user('goes')
    cloud.people.add_group('team', 'goes')
    cloud.people.give('member', group='team', project='p')
    cloud.people.give('reader', user='stays', project='p')
    worker.collect_once()
    cloud.people.users.pop()
    cloud.people.groups.clear()
    del cloud.people.assignments[0]

    worker.collect_once()

    assert ids(models.User) == ['stays']
    assert ids(models.Group) == []
    assert people_of('p') == {('stays', 'reader'): [('', '')]}


@pytest.mark.parametrize('status', [403, 500, 501])
def test_a_domain_that_cannot_be_listed_fails_the_part_alone(cloud, status):
    cloud.add_domain('staff')
    cloud.people.add_user('ines')
    cloud.people.add_user('otto', 'staff')
    worker.collect_once()
    cloud.people.users.clear()
    cloud.people.broken['staff'] = status

    worker.collect_once()

    assert part().failing_since
    assert ids(models.User) == ['ines', 'otto']
    if status >= 500:
        assert 'domain staff' in part().error
        assert 'LDAP' in part().remedy
    identity = models.PartState.objects.get(name=parts.IDENTITY)
    assert identity.failing_since is None


def test_a_role_that_belongs_to_a_domain_has_its_name(cloud):
    cloud.add_project('p')
    cloud.people.domain_roles['r1'] = 'auditor'
    cloud.people.give('r1', user='ines', project='p')
    cloud.people.give('r2', user='ines', project='p')

    worker.collect_once()

    assert [role for _, role in people_of('p')] == ['auditor', 'r2']


def test_nothing_but_what_is_needed_of_a_user_is_kept(cloud):
    cloud.people.add_user('ines', email=['a@x', None], password='$2b$secret')

    worker.collect_once()

    row = models.User.objects.values().get()
    assert row['email'] == 'a@x'
    assert not any('secret' in str(value) for value in row.values())
