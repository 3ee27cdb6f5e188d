"""What can be found, by which words, and who finds it."""

import pytest

from rey_dashboard import worker
from rey_dashboard.inventory import directory
from rey_dashboard.inventory import directory_kinds
from rey_dashboard.inventory import looking_up
from rey_dashboard.inventory import models
from tests import factory
from tests import factory_services
from tests import two_domains as two

pytestmark = pytest.mark.django_db
KINDS = [kind.name for kind in directory_kinds.ALL]


def look_up(asked, domain_ids=None):
    """Pairs of kind and id, the best first within each kind."""
    found = looking_up.look_up(
        factory.REGION, looking_up.terms(asked), KINDS, domain_ids
    )
    return [(hit.kind, hit.id) for hits in found.values() for hit in hits[:99]]


# Each part has a thread, so a connection, of its own.
@pytest.mark.django_db(transaction=True)
def test_a_collection_lets_a_server_be_found_by_its_addresses(cloud):
    cloud.add_project('p')
    port = {
        'addr': '10.0.0.5',
        'OS-EXT-IPS-MAC:mac_addr': 'fa:16:3e:00:aa:01',
    }
    same_port = {**port, 'addr': 'fd00::5'}
    cloud.add_server('s', 'p', addresses={'net': [port, same_port]})
    worker.collect_once()
    server = models.Server.objects.get()
    assert server.macs == ['fa:16:3e:00:aa:01']
    for asked in (
        '10.0.0.5',
        '10.0.0',
        'FA:16:3E:00:AA:01',
        'fa-16-3e-00-aa-01',
        'fa163e00aa01',
        '00:aa',
        'fd00:0:0:0:0:0:0:5',
    ):
        assert look_up(asked) == [('server', 's')], asked
    assert look_up('10.0.0.6') == []
    cloud.servers.clear()
    worker.collect_once()
    assert look_up('10.0.0.5') == []
    assert not models.DirectoryPage.objects.filter(kind='server').exists()


def test_every_kind_is_found_by_all_of_its_words(company):
    server = models.Server.objects.first()
    models.User.objects.update(email='Eve@Example.org')
    models.Project.objects.filter(id='p').update(contact='ann@example.org')
    row = {'region': factory.REGION, 'seen': 1, 'project_id': 'p'}
    models.FloatingIp.objects.create(
        id='f', address='203.0.113.9', fixed_address='10.9.9.9', **row
    )
    models.Snapshot.objects.create(
        id='snap',
        volume_id='gone-volume',
        size_gib=1,
        created_at=server.created_at,
        **row,
    )
    models.AddressRange.objects.create(
        id='n',
        cidr='10.9.8.0/24',
        network_name='lan',
        external=False,
        shared=False,
        total=9,
        used=1,
        **row,
    )
    models.Group.objects.create(
        region=factory.REGION,
        id='g',
        name='Crew',
        domain_id='research',
        seen=1,
    )
    service = factory_services.service('cinder-volume', 'Box-1@lvm')
    directory.record(factory.REGION)
    for asked, kind, id_ in (
        ('in-p', 'server', 'in-p'),
        ('shop-vol', 'volume', 'webshop-volume'),
        ('hop-backup', 'backup', 'webshop-backup'),
        ('gone-volume', 'snapshot', 'snap'),
        ('203.0.113', 'floating_ip', 'f'),
        ('10.9.9.9', 'floating_ip', 'f'),
        ('10.9.8.0/24', 'subnet', 'n'),
        ('ANN@example.org', 'project', 'p'),
        ('researc', 'domain', 'research'),
        ('eve@example', 'user', 'webshop-user'),
        ('crew', 'group', 'g'),
        ('box-', 'host', 'Box-1'),
        (service.id, 'host', 'Box-1'),
    ):
        assert (kind, id_) in look_up(asked), asked


def test_a_whole_word_comes_before_a_beginning_and_a_part():
    for name in ('xweb', 'web-2', 'Web', 'web-1', 'other'):
        factory.server(f'id-{name.lower()}', 'p', name=name)
    directory.record(factory.REGION)
    found = [id_ for _kind, id_ in look_up('WEB')]
    assert found == ['id-web', 'id-web-1', 'id-web-2', 'id-xweb']


@pytest.mark.parametrize(
    'name, asked',
    [
        ('100%', '0%'),
        ('a_b', 'a_'),
        ('back\\slash', '\\'),
        ('Straße', 'STRASSE'),
        ('cafe\u0301', 'caf\u00e9'),
        ('\U0001f680 rocket', '\U0001f680'),
        ('o\'neill"; --', 'o\'neill"'),
        ('two\twords\nhere', 'two  words'),
        ('n' * 255, 'n' * 254),
    ],
)
def test_what_a_name_holds_is_taken_as_it_is(name, asked):
    factory.server('s', 'p', name=name)
    factory.server('t', 'p', name='x')
    directory.record(factory.REGION)
    found = look_up(asked)
    assert found == ([('server', 's')] if len(asked) > 1 else [])
    assert look_up(name) == [('server', 's')]


@pytest.mark.parametrize('asked', ['', '  ', '\0', '%', '_', '%%', 'x\0' * 9])
def test_what_nothing_holds_finds_nothing(asked):
    factory.server('s', 'p', name='plain')
    directory.record(factory.REGION)
    assert look_up(asked) == []


def test_one_character_is_looked_for_as_a_whole_word():
    factory.server('s-1', 'p', name='a')
    factory.server('s-2', 'p', name='ab')
    directory.record(factory.REGION)
    assert look_up('a') == [('server', 's-1')]


def test_who_manages_a_domain_finds_only_what_is_its_own(company):
    factory.server('stray', 'unknown-project', name='webshop')
    directory.record(factory.REGION)
    mine = look_up('e', frozenset({'research'})) + look_up(
        'shop', frozenset({'research'})
    )
    assert ('server', 'in-p') in mine
    assert ('server', 'stray') not in mine
    assert ('server', 'stray') in look_up('shop')
    for asked in (two.FOREIGN, two.STRANGE, 'in-t'):
        assert look_up(asked), asked
        assert look_up(asked, frozenset({'research'})) == [], asked


def test_only_pages_that_changed_are_written(
    monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(directory, 'LINES', 4)
    for number in range(40):
        factory.server(f'{number % 16:x}{number}', 'p')
    directory.record(factory.REGION)
    pages = models.DirectoryPage.objects.filter(kind='server')
    assert pages.count() == 16
    before = dict(pages.values_list('place', 'text'))
    models.Server.objects.filter(id='00').update(name='new name')
    written = []
    monkeypatch.setattr(
        directory.store,
        'upsert',
        lambda model, rows: written.extend(row.place for row in rows),
    )
    directory.record(factory.REGION)
    assert written == ['server:0']
    assert before == dict(pages.values_list('place', 'text'))


def test_a_kind_that_grows_is_cut_anew_and_nothing_stands_twice(monkeypatch):
    for number in range(30):
        factory.server(f'{number % 16:x}-{number}', 'p', name=f'n{number}')
    directory.record(factory.REGION)
    monkeypatch.setattr(directory, 'LINES', 10)
    directory.record(factory.REGION)
    assert len(look_up('n1')) == len({*look_up('n1')}) == 11


def test_ids_of_any_form_have_a_page_each(monkeypatch):
    monkeypatch.setattr(directory, 'LINES', 1)
    ids = ['É1', 'e2', 'E3', 'ß', '..', 'a/b', 'x' * 64]
    for id_ in ids:
        factory.server(id_, 'p', name='same')
    directory.record(factory.REGION)
    assert {id_ for _kind, id_ in look_up('same')} == {*ids}
    assert look_up('É1') == [('server', 'É1')]
