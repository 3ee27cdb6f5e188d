"""The pages that ask what is to be restored and proven."""

import datetime

from django.utils import timezone
import pytest

from rey_dashboard.backups import restore_rates
from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import models
from tests import backup_pages
from tests import factory
from tests import factory_backups as backups
from tests import troubled_rows
from tests import two_domains as two

pytestmark = pytest.mark.django_db
RESTORE = '/rey/backups/restore/'
OVER = '/rey/backups/restore-over/'
PROVE = '/rey/backups/prove/'
PROVE_BACKUPS = '/rey/backups/prove/backups/'
PAGES = (RESTORE, OVER, PROVE, PROVE_BACKUPS)
TOKEN = '12345678-1234-5678-1234-567812345678'
HOSTILE = '=cmd() <script>alert(1)</script> \N{PILE OF POO}'
AT = datetime.datetime(2026, 3, 1, 4, 5, tzinfo=datetime.UTC)


def make(name='orders', project_id='p', called='', **columns):
    """A volume with a good backup."""
    volume = factory.volume(name, project_id, name=called or name, size_gib=10)
    backups.volume(
        volume.id,
        project_id,
        name=volume.name,
        last_good_at=AT,
        last_good_id=f'b-{name}',
        **columns,
    )
    backups.backup(
        f'b-{name}',
        project_id,
        volume.id,
        name=volume.name,
        data_timestamp=AT,
        size_gib=volume.size_gib,
    )
    backups.chain(f'b-{name}', full_id=f'b-{name}')
    return volume


@pytest.fixture
def shop(company):
    factory.quota('p', 'volume', 'gigabytes', 1000, 10)
    return make()


@pytest.fixture
def company():
    factory.collected()
    factory.domain('research')
    factory.project('p', domain_id='research')
    factory.summary('p', name='webshop', domain_id='research')
    inventory.VolumeType.objects.create(
        region=factory.REGION, id='t', name='fast', is_public=True, seen=1
    )
    inventory.Volume.objects.update(type='fast')


def ask(browser, page, *ids, **fields):
    query = '&'.join(['chosen=1', *(f'id={id_}' for id_ in ids)])
    told = {'token': TOKEN, 'expected': len(ids), **fields}
    return browser.post(f'{page}?{query}', told)


def proven(volume_id, backup_id, **ago):
    return inventory.ProvenVolume.objects.create(
        region=factory.REGION,
        volume_id=volume_id,
        project_id='p',
        backup_id=backup_id,
        at=timezone.now() - datetime.timedelta(**ago),
    )


def planned(answer):
    assert answer.status_code == 302, answer.content.decode()
    return models.Task.objects.get()


def test_a_backup_is_restored_under_the_name_that_was_asked_for(admin, shop):
    page = backup_pages.text(admin, f'{RESTORE}?chosen=1&id=b-orders')
    assert 'webshop' in page
    assert 'no history yet' in page
    assert '10 / 1,000' in page
    told = {'name': HOSTILE, 'type': 'fast', 'size_gib': '12'}
    answer = ask(admin, RESTORE, 'b-orders', **told)
    task = planned(answer)
    assert task.kind == 'restore_backup'
    assert task.parameters == {
        'backups': ['b-orders'],
        'name': HOSTILE,
        'type': 'fast',
        'size_gib': 12,
        'at_once': 0,
    }
    assert task.title == 'Restore orders to a new volume'
    page = admin.get(answer.url).content.decode()
    assert '<script>alert' not in page
    assert 'openstack --os-volume-api-version 3.47 volume create' in page
    text = backup_pages.text(admin, answer.url)
    assert 'size <strong>12 GiB</strong>' in text
    assert 'data of <strong>2026-03-01 04:05 UTC</strong>' in text
    admin.cookies['django_timezone'] = 'Asia/Tokyo'
    text = backup_pages.text(admin, answer.url)
    assert 'data of <strong>2026-03-01 13:05 JST</strong>' in text


def test_it_is_not_smaller_than_the_backup(admin, shop):
    answer = ask(admin, RESTORE, 'b-orders', size_gib='1')
    assert 'greater than or equal to 10' in answer.content.decode()
    assert not models.Task.objects.exists()


def test_several_keep_their_names(admin, shop):
    make('mail')
    page = admin.get(f'{RESTORE}?chosen=1&id=b-orders&id=b-mail')
    assert 'name="name"' not in page.content.decode()
    answer = ask(admin, RESTORE, 'b-orders', 'b-mail', at_once='2')
    task = planned(answer)
    assert task.title == 'Restore 2 backups to new volumes'
    names = [step.after['name'] for step in task.steps.order_by('number')]
    assert sorted(names) == ['mail', 'orders']
    assert {step.lane_limit for step in task.steps.all()} == {2}


def test_over_a_volume_tells_what_is_lost_and_offers_a_backup(admin, shop):
    page = backup_pages.text(admin, f'{OVER}?chosen=1&id=b-orders')
    assert 'All that was written to the volume since 2026-03-01' in page
    assert '/rey/backups/back-up/?chosen=1&amp;id=orders' in page
    assert 'value="orders"' in page
    answer = ask(admin, OVER, 'b-orders', volume='orders')
    task = planned(answer)
    assert task.kind == 'restore_over'
    assert task.parameters == {'backup': 'b-orders', 'volume': 'orders'}
    page = backup_pages.text(admin, answer.url)
    assert 'It cannot be undone. Type the number of steps, 1:' in page
    assert 'data of now → <strong>2026-03-01 04:05 UTC</strong>' in page
    admin.post(f'{answer.url}start/')
    task.refresh_from_db()
    assert task.state == models.Task.State.PLANNED


@pytest.mark.parametrize(
    ('named', 'words'),
    [
        ('attached', 'openstack server remove volume s attached'),
        ('strange', 'has no volume of this name or id'),
        (HOSTILE, 'has no volume of this name or id'),
        ('twice', 'Several volumes have this name'),
        ('small', 'It is too small: it has 1 GiB, the backup 10 GiB.'),
    ],
)
def test_a_volume_that_cannot_be_written_over_is_told(
    admin, shop, named, words
):
    factory.volume('attached', 'p', server_ids=['s'], status='in-use')
    factory.volume('strange', 'q')
    factory.volume('1', 'p', name='twice')
    factory.volume('2', 'p', name='twice')
    factory.volume('small', 'p', size_gib=1)
    answer = ask(admin, OVER, 'b-orders', volume=named)
    page = answer.content.decode()
    assert words in page
    assert '<script>alert' not in page
    assert not models.Task.objects.exists()


def test_one_backup_alone_is_written_over_a_volume(admin, shop):
    make('mail')
    page = backup_pages.text(admin, f'{OVER}?chosen=1&id=b-orders&id=b-mail')
    assert 'Choose one backup' in page
    answer = ask(admin, OVER, 'b-orders', 'b-mail', volume='orders')
    assert answer.status_code == 400


def test_a_drill_begins_in_the_service_users_own_project(admin, shop):
    troubled_rows.no_right()
    inventory.Right.objects.update(project_id='p')
    page = backup_pages.text(admin, f'{PROVE}?chosen=1&id=orders')
    assert 'value="p"' in page
    answer = ask(admin, PROVE, 'orders', project='webshop', at_once='3')
    task = planned(answer)
    assert task.kind == 'prove_backups'
    assert task.parameters == {
        'volumes': ['orders'],
        'project_id': 'p',
        'type': '',
        'at_once': 3,
    }
    step = task.steps.get()
    assert (step.target, step.lane) == ('orders', 'drill')
    page = backup_pages.text(admin, answer.url)
    assert 'Start: 1 step</button>' in page
    assert 'Type the number' not in page
    assert '1. Delete what an earlier try left <strong>to do</strong>' in page
    assert '02 restore' not in page
    task.steps.update(after={'02 restore': '4000.4 s', 'checked: size': '1'})
    page = backup_pages.text(admin, answer.url)
    assert '2. Restore into the scratch project <strong>67 min</strong>' in (
        page
    )
    assert 'checked: size <strong>1</strong>' in page


def test_all_that_match_a_filter_and_have_a_good_backup_are_proven(
    admin, shop
):
    make('mail')
    backups.volume('bare', 'p', 'never')
    page = backup_pages.text(admin, f'{PROVE}?proven=never')
    assert '<strong>2 volumes</strong>' in page
    proven('mail', 'b-mail', days=1)
    page = backup_pages.text(admin, f'{PROVE}?proven=never')
    assert '<strong>1 volume</strong>' in page


def test_named_backups_are_proven(admin, shop):
    answer = ask(admin, PROVE_BACKUPS, 'b-orders', at_once='1')
    assert planned(answer).parameters['backups'] == ['b-orders']


@pytest.mark.parametrize(
    ('chosen', 'found'),
    [
        ('', ['a', 'b', 'c']),
        ('never', ['c']),
        ('long_ago', ['a', 'c']),
        ('lately', ['b']),
    ],
)
def test_volumes_are_listed_by_when_they_were_proven(
    admin, company, chosen, found
):
    for name in 'abc':
        make(name)
    proven('a', 'b-a', days=40)
    proven('b', 'b-b', days=2)
    rows = backup_pages.found(
        admin, backup_pages.VOLUMES, 'volume_id', proven=chosen
    )
    assert sorted(rows) == found
    for sort, order in (
        ('proven', ['a', 'b', 'c']),
        ('-proven', ['b', 'a', 'c']),
    ):
        rows = backup_pages.found(
            admin, backup_pages.VOLUMES, 'volume_id', sort=sort
        )
        assert rows == order
    told = backup_pages.export(admin, backup_pages.VOLUMES, sort='proven')
    first, *_others, last = told['rows']
    assert first['proven_backup_id'] == 'b-a'
    assert last['proven_at'] is None


def test_rows_and_dossiers_offer_what_can_be_asked(admin, shop):
    proven('orders', 'b-orders', days=2)
    page = backup_pages.text(admin, backup_pages.VOLUMES)
    assert f'{RESTORE}?chosen=1&amp;id=b-orders' in page
    assert f'{OVER}?chosen=1&amp;id=b-orders' in page
    assert f'{PROVE}?chosen=1&amp;id=orders' in page
    assert 'Proven by a drill <strong>1</strong>' in page
    page = backup_pages.text(admin, backup_pages.ALL)
    assert f'{RESTORE}?chosen=1&amp;id=b-orders' in page
    page = backup_pages.text(admin, '/rey/find/volume/orders/')
    assert f'{RESTORE}?chosen=1&amp;id=b-orders' in page
    assert f'{PROVE}?chosen=1&amp;id=orders' in page
    assert '<dt>Proven on</dt>' in page
    page = backup_pages.text(admin, '/rey/find/backup/b-orders/')
    assert f'{OVER}?chosen=1&amp;id=b-orders' in page
    assert f'{PROVE_BACKUPS}?chosen=1&amp;id=b-orders' in page


def test_a_projects_backups_tell_when_they_were_proven(admin, shop):
    row = proven('orders', 'b-orders', days=2)
    told = backup_pages.export(admin, '/rey/projects/p/backups/')
    (one,) = told['rows']
    assert one['proven_at'].startswith(f'{row.at:%Y-%m-%dT%H:%M}')


def test_one_that_is_ill_is_not_offered(admin, shop):
    inventory.BackupChain.objects.update(problem='parent_gone')
    for address in (backup_pages.ALL, '/rey/find/backup/b-orders/'):
        page = backup_pages.text(admin, address)
        assert f'{RESTORE}?chosen' not in page
    page = backup_pages.text(admin, f'{RESTORE}?chosen=1&id=b-orders')
    assert 'Nothing can be restored from it' in page


@pytest.mark.parametrize('page', PAGES)
def test_nothing_chosen_is_told(admin, shop, page):
    text = backup_pages.text(admin, f'{page}?chosen=1')
    assert 'was chosen: tick' in text


@pytest.mark.parametrize('page', PAGES)
def test_others_are_not_let_in(sign_in, shop, page):
    for who in ('member', 'reader'):
        browser = sign_in(who)
        assert browser.get(f'{page}?chosen=1&id=b-orders').status_code == 403
        answer = ask(browser, page, 'b-orders', volume='orders')
        assert answer.status_code == 403
    assert not models.Task.objects.exists()


@pytest.mark.parametrize('page', PAGES)
def test_a_manager_asks_for_his_domain_alone(sign_in, page):
    two.make()
    make('mine')
    make('theirs', f'{two.FOREIGN}-project', called=two.STRANGE)
    factory.domain_role('research')
    browser = sign_in('member')
    ids = '&'.join(f'id={id_}' for id_ in ('b-theirs', 'theirs'))
    text = backup_pages.text(browser, f'{page}?chosen=1&{ids}')
    assert two.STRANGE not in text
    assert 'was chosen: tick' in text
    mine = 'mine' if page == PROVE else 'b-mine'
    text = backup_pages.text(browser, f'{page}?chosen=1&id={mine}')
    assert 'mine' in text
    assert two.STRANGE not in text


def test_a_managers_drill_is_in_each_backups_own_project(sign_in):
    two.make()
    make('mine')
    factory.domain_role('research')
    browser = sign_in('member')
    strange = f'{two.FOREIGN}-project'
    answer = ask(browser, PROVE, 'mine', project=strange, at_once='1')
    assert 'No enabled project has this name' in answer.content.decode()
    ask(browser, PROVE, 'mine', at_once='1')
    task = models.Task.objects.get()
    assert task.parameters['project_id'] == ''
    assert task.steps.get().work['asked']['project_id'] == 'p'


def test_over_another_volume_tells_the_time_of_what_is_written(admin, shop):
    """Also when the volume that it came from is larger, or gone."""
    page = f'{OVER}?chosen=1&id=b-orders'
    measured = []

    def words(self, gib, back_end=''):
        measured.append((gib, back_end))
        return 'a while'

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restore_rates.Measured, 'words', words)
        inventory.Volume.objects.update(size_gib=99, host='h@lvm#pool')
        assert '<dd>a while</dd>' in backup_pages.text(admin, page)
        inventory.Volume.objects.all().delete()
        assert '<dd>a while</dd>' in backup_pages.text(admin, page)
    assert measured == [(10, 'h@lvm'), (10, '')]


def scratch():
    """A project, and who the service user is."""
    troubled_rows.no_right()
    inventory.Right.objects.update(user_id='rey', project_id='own')
    for name in ('own', 'scratch'):
        factory.project(name, domain_id='research')
        factory.summary(name, name=name, domain_id='research')


def give(role_name, target_id, inherited=False):
    inventory.RoleAssignment.objects.create(
        region=factory.REGION,
        target_kind='project',
        target_id=target_id,
        inherited=inherited,
        actor_kind='user',
        actor_id='rey',
        role_id=role_name,
        role_name=role_name,
        seen=1,
    )


@pytest.mark.parametrize(
    ('where', 'role', 'is_told'),
    [
        ('scratch', ('member', 'scratch'), True),
        ('scratch', ('admin', 'p'), True),
        ('scratch', ('admin', 'scratch'), False),
        ('scratch', ('admin', 'research', True), False),
        ('own', ('member', 'p'), False),
        ('webshop', ('member', 'p'), False),
        ('', ('member', 'p'), False),
    ],
)
def test_a_scratch_project_without_the_role_is_told_before_the_start(
    admin, shop, where, role, is_told
):
    scratch()
    give(*role)
    answer = ask(admin, PROVE, 'orders', project=where, at_once='1')
    planned(answer)
    page = backup_pages.text(admin, answer.url)
    words = 'The service user has no role admin in the scratch project'
    assert (words in page) is is_told
