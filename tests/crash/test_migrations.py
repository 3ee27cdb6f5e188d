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
    found = deployment.run(collecting.texts)
    assert found.keys() == added.keys()
    for table, names in added.items():
        # A short column holds the begin of the name.
        for told, name in zip(found[table], names, strict=True):
            assert told, table
            assert name.startswith(told), table
    deployment.run(collecting.collect_well)
