"""The session that all parts of a collection call through."""

from rey_dashboard.cloud import compute
from rey_dashboard.cloud import session as cloud_session
from tests import simcloud


def test_a_token_that_another_part_gave_up_is_fetched_anew(
    tmp_path, monkeypatch
):
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'clouds.yaml'))
    with simcloud.running() as cloud:
        cloud.clouds_yaml(tmp_path / 'clouds.yaml')
        cloud.add_server(cloud.add_project('p'))
        signed_in = cloud_session.Cloud('rey', timeout_s=2)
        session = signed_in.session()
        servers = compute.Compute(signed_in, session)
        assert len(next(iter(servers.servers()))) == 1

        def give_up(answer, **_told):
            if answer.status_code == 401:
                session.auth.invalidate()

        session.session.hooks['response'].append(give_up)
        cloud.expire_tokens()
        assert len(next(iter(servers.servers()))) == 1
