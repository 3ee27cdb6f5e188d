"""Collectors that are killed, stand still or meet another spoil nothing."""

import time

import pytest

from tests.crash import collecting
from tests.crash import processes

pytestmark = pytest.mark.slow

KILLS = 50
#: Kills between two comparisons with a reading of everything.
COMPARED_EVERY = 10
TAKEOVERS = 6
#: Of them are that many collections of everything, not of changes.
FULL = 0.2


def test_the_next_collection_repairs_what_a_kill_left(
    deployment, cloud, company, chance
):
    took = _seconds(deployment, cloud)
    known = deployment.run(collecting.ids)
    killed = compared = 0
    while killed < KILLS:
        company.live()
        full = chance.random() < FULL
        process = deployment.start(collecting.collect, full)
        time.sleep(chance.uniform(0, took[full]))
        if not process.kill():
            continue
        killed += 1
        known = _without_loss(known, deployment, company)
        if chance.random() < 0.6:
            # Killed again before it could repair.
            continue
        by_changes = deployment.run(collecting.collect_well)
        known = by_changes['ids']
        assert known == company.ids
        if killed - compared >= COMPARED_EVERY:
            compared = killed
            everything = deployment.run(collecting.collect_well, full=True)
            assert by_changes == everything


def test_a_collection_that_was_overtaken_leaves_all_as_it_is(
    deployment, cloud, company, chance
):
    took = _seconds(deployment, cloud)
    overtaken = 0
    while overtaken < TAKEOVERS:
        company.live()
        full = chance.random() < FULL
        first = deployment.start(collecting.collect, full)
        time.sleep(chance.uniform(0, took[full]))
        first.stand_still()
        if first.has_ended or not deployment.run(
            collecting.take_the_lease_away
        ):
            first.go_on()
            first.result()
            continue
        company.live()
        by_the_second = deployment.run(collecting.collect_well)
        first.go_on()
        overtaken += _was_lost(first)
        assert by_the_second['ids'] == company.ids
        assert deployment.run(collecting.told) == by_the_second
    everything = deployment.run(collecting.collect_well, full=True)
    assert deployment.run(collecting.told) == everything


def test_of_two_at_once_one_collects(deployment, cloud, company, chance):
    cloud.latency_s = 0.003
    pair = [deployment.start(collecting.collect_well) for _ in range(2)]
    told = []
    for process in pair:
        try:
            process.result()
            told.append('')
        except processes.Failed as failed:
            told.append(failed.kind)
    assert sorted(told) == ['', 'Held']
    assert deployment.run(collecting.ids) == company.ids


def _seconds(deployment, cloud):
    """What a collection takes: of changes, of everything."""
    deployment.run(collecting.collect_well)
    cloud.latency_s = 0.003
    took = []
    for full in (False, True):
        begin = time.monotonic()
        deployment.run(collecting.collect_well, full)
        took.append(time.monotonic() - begin)
    return took


def _was_lost(process):
    """Unless it stood still behind its last look at the lease."""
    try:
        process.result()
    except processes.Failed as failed:
        assert failed.kind == 'Lost', failed
        return True
    return False


def _without_loss(known, deployment, company):
    """What is there; all that was known and that the cloud has is."""
    there, living = deployment.run(collecting.find_after_a_kill), company.ids
    for kind, ids in known.items():
        assert ids & living[kind] <= there[kind], kind
    return there
