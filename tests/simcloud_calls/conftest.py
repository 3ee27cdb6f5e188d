import pytest

from rey_dashboard.cloud import identity
from rey_dashboard.cloud import session as cloud_session
from tests import simcloud
from tests.simcloud_calls import calls


@pytest.fixture
def cloud(tmp_path, monkeypatch):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    # The pause before keystoneauth tries again.
    monkeypatch.setattr('time.sleep', lambda seconds: None)
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        yield cloud


@pytest.fixture
def reader(cloud):
    """Makes one of our readers, signed in."""
    signed_in = cloud_session.Cloud('rey', timeout_s=2)
    session = signed_in.session()
    return lambda kind: kind(signed_in, session)


@pytest.fixture
def project(cloud):
    return cloud.add_project('p')


@pytest.fixture
def ask(cloud, reader):
    """A plain call, with a token that a reader fetched."""
    list(reader(identity.Identity).domains())
    return lambda *args, **kwargs: calls.bare(cloud, *args, **kwargs)
