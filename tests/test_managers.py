"""A domain's manager sees what the domain has, and nothing else."""

import pytest

from rey_dashboard.inventory import models
from rey_dashboard.pages import models as choices
from tests import addresses
from tests import factory
from tests import two_domains as two

pytestmark = pytest.mark.django_db
FORMATS = ('?format=csv', '?format=json', '?format=exe')


def test_a_manager_sees_nothing_of_another_domain(sign_in, company):
    factory.domain_role('research')
    browser = sign_in('member')
    assert addresses.menu(browser) == [
        '/rey/tasks/',
        '/rey/backups/',
        '/rey/projects/',
    ]
    page = browser.get('/rey/projects/').content.decode()
    assert 'webshop' in page
    assert 'Refresh now' not in page
    assert 'hosts can hold' not in page
    tried = (
        '',
        f'?domain={two.FOREIGN}',
        f'?q={two.FOREIGN}&every=1',
        '?state=gone',
        '?over=0&quota=vcpus',
        '?sort=-name&page=99',
        f'?quota=type:{two.FOREIGN}',
        f'?project={two.FOREIGN}-project',
        '?backups=at_risk',
        '?by=domain',
        '?problem=any',
    )
    for address in (
        *addresses.of_usage(),
        *addresses.of_operate(),
        *addresses.acts_of_backups(),
    ):
        for suffix in (*FORMATS, *tried):
            answer = browser.get(address + suffix)
            assert answer.status_code in (200, 400, 405), address + suffix
            text = answer.getvalue().decode()
            assert two.STRANGE not in text, address + suffix
            # Unless it is what was asked for, told again.
            if two.FOREIGN not in suffix:
                assert two.FOREIGN not in text, address + suffix
    for project_id in (
        f'{two.FOREIGN}-project',
        'nothing',
        '%3Cscript%3E',
    ):
        for end in ('', 'volumes/', 'people/', 'hours/', 'history/'):
            address = f'/rey/projects/{project_id}/{end}'
            for suffix in FORMATS:
                assert browser.get(address + suffix).status_code == 404
    assert browser.get('/rey/data/').status_code == 403
    assert browser.post('/rey/data/refresh/').status_code == 403
    assert browser.get('/rey/data/age/').status_code == 200


def test_a_manager_is_not_told_hosts_and_back_ends(sign_in, company):
    models.Server.objects.update(host='c0mpute-1')
    models.Volume.objects.update(host='p0ol-1')
    factory.domain_role('research')
    browser = sign_in('member')
    for end in ('', 'volumes/'):
        for suffix in ('', *FORMATS[:2]):
            answer = browser.get(f'/rey/projects/p/{end}{suffix}')
            text = answer.getvalue().decode()
            assert 'c0mpute' not in text
            assert 'p0ol' not in text


def test_the_words_of_a_fault_are_for_administrators(sign_in, company):
    models.PartState.objects.update(
        failing_since=models.PartState.objects.first().last_good_at,
        error='https://inner.test:8774 says no',
        remedy='look into nova.conf',
        request_id='req-1',
    )
    models.Worker.objects.update(problem='p4ssword is wrong')
    factory.domain_role('research')
    page = sign_in('member').get('/rey/projects/').content.decode()
    assert 'not complete' in page
    for words in ('inner.test', 'nova.conf', 'req-1', 'p4ssword', 'ops-1'):
        assert words not in page


def test_a_manager_of_two_domains_sees_both(sign_in, company):
    factory.domain_role('research')
    factory.domain_role(two.FOREIGN, 'admin')
    page = sign_in('member').get('/rey/projects/').content.decode()
    assert 'webshop' in page
    assert two.STRANGE in page


@pytest.mark.parametrize('role', ['member', 'reader', 'Manager', ''])
def test_another_role_on_a_domain_is_no_managers(sign_in, company, role):
    factory.domain_role('research', role)
    browser = sign_in('member')
    assert browser.get('/rey/projects/').status_code == 403
    assert addresses.menu(browser) == []


def test_a_manager_cannot_choose_what_another_domain_has(sign_in, company):
    factory.domain_role('research')
    browser = sign_in('member')
    column = f'type:volumes_{two.STRANGE}'
    browser.post('/rey/projects/columns/', {'column': ['vcpus', column]})
    kept = choices.ColumnChoice.objects.get()
    assert 'vcpus' in str(kept.columns)
    assert two.STRANGE not in str(kept.columns)
