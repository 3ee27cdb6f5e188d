import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import identity
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts

NAMES = ('contact', 'owner')


def contact(properties=(), tags=()):
    return identity.contact_of(dict(properties), tags, NAMES)


def test_the_first_name_of_the_setting_wins_and_a_property_over_a_tag():
    assert contact({'owner': 'b', 'contact': 'a'}) == 'a'
    assert contact({'owner': 'b'}, ['contact:a']) == 'a'
    assert contact({'contact': 'a'}, ['contact:b']) == 'a'
    assert contact({}, ['prod', 'owner=b']) == 'b'
    assert contact({'team': 'c'}, ['contact', 'contacts:x']) == ''


def test_case_makes_no_difference():
    assert contact({'Owner': 'b'}, ['CONTACT:a:1']) == 'a:1'


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        (None, ''),
        ('  ', ''),
        ([], ''),
        (['a@x', '', None, 'b@x'], 'a@x, b@x'),
        ({'mail': 'ä@x'}, '{"mail": "ä@x"}'),
        (17, '17'),
        (False, 'false'),
        ('<b>a</b>\n', '<b>a</b>'),
        ('a\0b\ud800c', 'abc'),
        ('x' * 2000, 'x' * 1000),
    ],
)
def test_odd_values_become_text(value, text):
    assert contact({'contact': value}) == text


def test_an_empty_value_gives_way_to_the_next():
    assert contact({'contact': '', 'owner': 'b'}) == 'b'
    assert contact({'contact': None}, ['contact:a']) == 'a'


@pytest.mark.django_db(transaction=True)
def test_contact_and_parent_are_collected(cloud, settings):
    settings.REY_DASHBOARD = {'CONTACT': ['cost_owner', 'name']}
    cloud.add_project('p', parent_id='default', cost_owner=['ines', 'oskar'])
    cloud.add_project('q', parent_id='p', tags=['x', 'Cost_Owner=petra'])
    # Its own name is no property.
    cloud.add_project('r', owner='nobody asked')

    worker.collect_once()

    rows = models.Project.objects.values_list('id', 'parent_id', 'contact')
    assert sorted(rows) == [
        ('p', 'default', 'ines, oskar'),
        ('q', 'p', 'petra'),
        ('r', '', ''),
    ]


@pytest.mark.django_db(transaction=True)
def test_nobody_stops_the_collection_with_odd_text(cloud):
    cloud.add_project('p', contact='a\0\ud800b')

    worker.collect_once()

    state = models.PartState.objects.get(name=parts.IDENTITY)
    assert state.failing_since is None
    assert models.Project.objects.get().contact == 'ab'
