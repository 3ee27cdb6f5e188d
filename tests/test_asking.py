"""The page that plans a task for what an address selects, and for whom."""

import html
import re
import uuid

import pytest

from rey_dashboard.inventory import models as inventory
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from tests import factory
from tests import paper_domains
from tests import two_domains as two
from tests.paper_domains import ADDRESS

pytestmark = pytest.mark.django_db
OWN, FOREIGN = 'webshop-volume', f'{two.STRANGE}-volume'


@pytest.fixture(autouse=True)
def volumes(company, settings, monkeypatch):
    settings.ROOT_URLCONF = 'tests.paper_domains'
    found = kinds.Kinds(())
    found._kinds[paper_domains.KIND] = paper_domains.Paper()
    monkeypatch.setattr(kinds, 'installed', lambda: found)
    factory.project('q', domain_id='research')
    factory.volume('second-volume', 'q')
    factory.volume('nobodys', 'unknown')


@pytest.fixture
def manager(sign_in):
    factory.domain_role('research')
    return sign_in('member')


def text(answer):
    return html.unescape(' '.join(answer.content.decode().split()))


def ask(browser, query):
    page = browser.get(ADDRESS + query)
    expected = re.search(r'name="expected" value="(\d+)"', text(page))[1]
    data = {'token': str(uuid.uuid4()), 'expected': expected}
    return browser.post(ADDRESS + query, data)


def chosen(*ids):
    return '?chosen=1' + ''.join(f'&id={id_}' for id_ in ids)


def planned():
    """Domain and targets of the one task that there is."""
    task = models.Task.objects.get()
    return task.domain_id, {step.target for step in task.steps.all()}


@pytest.mark.parametrize(
    ('ids', 'domain_id'),
    [
        ([OWN], 'research'),
        ([OWN, 'second-volume'], 'research'),
        ([OWN, FOREIGN], ''),
        ([OWN, 'nobodys'], ''),
        (['nobodys'], ''),
    ],
)
def test_of_one_domain_is_what_that_owns_alone(admin, ids, domain_id):
    answer = ask(admin, chosen(*ids))
    assert planned() == (domain_id, set(ids))
    assert answer.url == f'/rey/tasks/{models.Task.objects.get().pk}/'


def test_a_manager_asks_for_what_his_domain_owns(manager):
    # Of the other he is not even told that it is there.
    answer = ask(manager, chosen(OWN, 'second-volume', FOREIGN, 'nobodys'))
    assert planned() == ('research', {OWN, 'second-volume'})
    assert manager.get(answer.url).status_code == 200


def test_a_filter_selects_within_his_domain(manager):
    ask(manager, '?q=volume')
    assert planned() == ('research', {OWN, 'second-volume'})


def test_a_manager_of_two_domains_asks_for_one_at_a_time(manager):
    factory.domain_role(two.FOREIGN)
    answer = ask(manager, chosen(OWN, FOREIGN))
    assert 'They belong to more than one domain' in text(answer)
    assert not models.Task.objects.exists()
    ask(manager, chosen(FOREIGN))
    assert planned() == (two.FOREIGN, {FOREIGN})


def test_what_moved_to_another_domain_meanwhile_is_not_taken(manager):
    page = text(manager.get(ADDRESS + chosen(OWN)))
    assert OWN in page
    inventory.Project.objects.filter(id='p').update(domain_id=two.FOREIGN)
    data = {'token': str(uuid.uuid4()), 'expected': '1'}
    answer = manager.post(ADDRESS + chosen(OWN), data)
    assert 'No volume was chosen.' in text(answer)
    assert not models.Task.objects.exists()


@pytest.mark.parametrize('id_', [FOREIGN, 'nobodys', 'nothing', ''])
def test_without_anything_selected_the_page_leads_back(manager, id_):
    data = {'token': str(uuid.uuid4()), 'expected': '0'}
    for query, words, back in (
        (chosen(id_), 'No volume was chosen.', ''),
        ('?q=no+such', 'No volume matches.', '?q=no+such'),
    ):
        address = ADDRESS + query
        for answer in (manager.get(address), manager.post(address, data)):
            page = text(answer)
            assert words in page
            assert f'href="/rey/backups/{back}">Choose</a>' in page
            assert 'name="token"' not in page
    assert not models.Task.objects.exists()


def test_more_than_the_page_told_of_is_not_taken(manager):
    data = {'token': str(uuid.uuid4()), 'expected': '1'}
    answer = manager.post(f'{ADDRESS}?q=volume', data)
    assert 'Others match by now: 2.' in text(answer)
    assert not models.Task.objects.exists()


@pytest.mark.parametrize('role', ['', 'member'])
def test_whose_role_went_asks_for_nothing(manager, role):
    inventory.DomainRole.objects.update(role_name=role)
    data = {'token': str(uuid.uuid4()), 'expected': '1'}
    address = ADDRESS + chosen(OWN)
    assert manager.get(address).status_code == 403
    assert manager.post(address, data).status_code == 403
    assert not models.Task.objects.exists()


def test_a_page_for_the_whole_cloud_stays_shut_for_managers(manager):
    data = {'token': str(uuid.uuid4()), 'expected': '1'}
    address = f'{ADDRESS}whole/{chosen(OWN)}'
    assert manager.get(address).status_code == 403
    assert manager.post(address, data).status_code == 403
    assert not models.Task.objects.exists()
