"""A lock that somebody holds, and tables that nobody migrated."""

import pytest

from tests.crash import collecting
from tests.crash import processes

pytestmark = pytest.mark.slow

WHO = {
    'sqlite': 'fuser -v',
    'mysql': 'KILL ID',
    'postgresql': 'pg_terminate_backend',
}


def test_a_lock_is_told_with_the_way_to_its_holder(
    deployment, company, tmp_path
):
    deployment.run(collecting.collect_well)
    begun = tmp_path / 'begun'
    holder = deployment.start(collecting.hold_a_lock, str(begun))
    processes.wait_for(begun.exists)
    company.live()
    status, told = deployment.run(collecting.command, 'collect', wait_s=1)
    assert status == 1
    assert 'locked by another process' in told
    assert WHO[deployment.vendor] in told
    holder.kill()
    deployment.run(collecting.collect_well)
    assert deployment.run(collecting.ids) == company.ids


def test_tables_of_an_earlier_version_are_told_and_migrated(
    deployment, company
):
    deployment.run(collecting.collect_well)
    deployment.run(collecting.migrate, '0005')
    status, told = deployment.run(collecting.command, 'collect')
    assert status == 1
    assert 'of another version' in told
    assert 'migrate rey_dashboard' in told
    deployment.run(collecting.migrate)
    deployment.run(collecting.collect_well)
    assert deployment.run(collecting.ids) == company.ids
