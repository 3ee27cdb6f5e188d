import pytest

from rey_dashboard.backups import stuck_kinds
from tests import backup_site
from tests.stuck_backups import stuck


@pytest.fixture
def site(tmp_path, monkeypatch):
    told = {
        'reset_backups': stuck_kinds.ResetBackups(),
        'force_delete_backups': stuck_kinds.ForceDeleteBackups(),
    }
    with backup_site.running(tmp_path, monkeypatch, told) as site:
        yield site


@pytest.fixture
def project(site):
    return site.cloud.add_project('shop')


@pytest.fixture
def volume(site, project):
    return site.cloud.add_volume(
        project, 3, name=stuck.HOSTILE, status='backing-up'
    )
