"""Each version's tables, with rows in them, become those of the next."""

import collections

import pytest

from tests.crash import collecting

pytestmark = pytest.mark.slow


def test_rows_of_each_version_are_kept(deployment, company):
    deployment.run(collecting.migrate, 'zero')
    added = collections.defaultdict(list)
    for name in deployment.run(collecting.migrations):
        for table in deployment.run(collecting.migrate_and_add_rows, name):
            added[table].append(name)
    assert deployment.run(collecting.texts) == added
    deployment.run(collecting.collect_well)
