import pytest

from rey_dashboard.backups import back_up_kind
from rey_dashboard.backups import prune_kind
from tests import backup_site
from tests.pruning import backups


@pytest.fixture
def site(tmp_path, monkeypatch):
    told = {
        'back_up': back_up_kind.BackUp(),
        'prune_backups': prune_kind.PruneBackups(),
    }
    with backup_site.running(tmp_path, monkeypatch, told) as site:
        yield site


@pytest.fixture
def project(site):
    return site.cloud.add_project('shop')


@pytest.fixture
def volume(site, project):
    volume = site.cloud.add_volume(project, 3, name=backups.HOSTILE)
    site.collect()
    return volume
