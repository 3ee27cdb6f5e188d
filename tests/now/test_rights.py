"""With whose rights the live part of a page asks."""

import logging

import pytest

from rey_dashboard.inventory import models
from tests import addresses
from tests import factory
from tests import two_domains as two
from tests.now import live

pytestmark = pytest.mark.django_db


def test_who_does_not_administer_is_told_what_his_rights_allow(
    enter, server, cloud
):
    event = {'event': 'build', 'result': 'Error', 'traceback': live.TRACEBACK}
    cloud.add_action(server, event)
    text = live.ask(enter(plain=True), 'server', server)
    assert 'build, Error, 0 s</' in text
    assert 'NoValidHost' not in text
    cloud.versions['compute'] = ('2.1', '2.50')
    text = live.ask(enter(plain=True), 'server', server)
    assert 'create, nobody' in text
    assert 'Nova tells you none' in text


def test_a_token_of_another_project_does_not_prove_that_it_is_gone(
    enter, server, cloud, project
):
    models.Server.objects.filter(id=server).update(project_id=project)
    factory.project(project, domain_id='research')
    factory.domain_role('research')
    other = cloud.add_project('other')
    text = live.ask(enter('member', other, plain=True), 'server', server)
    assert 'or does not show it to you' in text
    text = live.ask(enter('member', project, plain=True), 'server', server)
    assert 'ACTIVE' in text and 'compute-9' not in text
    cloud.delete('servers', server)
    text = live.ask(enter('member', project, plain=True), 'server', server)
    assert 'Nova does not know it any more.' in text


def test_nobody_asks_about_what_he_may_not_see(enter, cloud, project):
    factory.domain_role('research')
    id_ = cloud.add_server(project, name='foreign')
    factory.server(id_, f'{two.FOREIGN}-project')
    browser = enter('member')
    with cloud.calls_made() as calls:
        for kind, thing, status in (
            ('server', id_, 404),
            ('server', 'nothing', 404),
            ('volume', f'{two.STRANGE}-volume', 404),
            ('backup', f'{two.STRANGE}-backup', 404),
            ('project', f'{two.FOREIGN}-project', 404),
            ('host', 'compute-1', 403),
        ):
            address = f'/rey/find/{kind}/{thing}/live/'
            answer = browser.get(address, headers=live.PART)
            assert answer.status_code == status, address
    assert not calls


def test_without_a_right_there_is_nothing_live(enter, cloud, server):
    browser = enter('nobody-special')
    with cloud.calls_made() as calls:
        for address in addresses.all_of():
            if address.endswith(addresses.LIVE):
                assert browser.get(address).status_code == 403
    assert not calls


def test_the_token_is_in_no_log(enter, server, cloud, caplog):
    browser = enter()
    caplog.set_level(logging.DEBUG)
    cloud.fault('compute', f'/servers/{server}/os-', status=500)
    live.ask(browser, 'server', server)
    assert live.TOKEN not in caplog.text
