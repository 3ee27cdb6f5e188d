"""What holds a secret never shows it, not even to who debugs."""

import logging

import pytest

from rey_dashboard import conf
from rey_dashboard import worker
from rey_dashboard.cloud import identity
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import models
from rey_dashboard.setup import database
from tests import paper_cloud

#: Of the service user in the test's clouds.yaml, and of Keystone on paper.
PASSWORD = 's3cret'


@pytest.mark.django_db(transaction=True)
def test_the_log_of_a_collection_tells_none(cloud, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    cloud.add_project('p')
    cloud.add_server('s', 'p')
    # The client's words of a fault come into the log and onto the page.
    cloud.fail['/volumes'] = 500
    worker.collect_once()
    assert 'REQ: curl' in caplog.text
    assert PASSWORD not in caplog.text
    assert paper_cloud.TOKEN not in caplog.text
    for state in models.PartState.objects.all():
        assert paper_cloud.TOKEN not in state.error + state.remedy


def test_what_signs_in_tells_none(cloud):
    settings = conf.current()
    signed_in = cloud_session.Cloud(settings.CLOUD)
    session = signed_in.session()
    session.get_token()
    for thing in (signed_in, session, identity.Identity(signed_in, session)):
        for text in (repr(thing), str(thing), f'{thing}'):
            assert PASSWORD not in text
            assert paper_cloud.TOKEN not in text


def test_a_database_tells_none():
    found = database.parse_url(f'mysql://rey:{PASSWORD}@db/cloud')
    assert found.password == PASSWORD
    assert PASSWORD not in repr(found)
    assert PASSWORD not in str(found.settings)
