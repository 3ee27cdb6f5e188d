"""When our own data is too old, and when a worker is away."""

import pytest

from rey_dashboard.checks import own_data
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import reading
from tests import factory_backups
from tests.checks_of_subjects import looks

pytestmark = pytest.mark.django_db


def test_a_part_that_fails_for_long_is_worse():
    check = own_data.PartNotRead()
    state = models.PartState.objects.filter(name=parts.SERVERS)
    for since, severity in (
        (factory_backups.ago(minutes=5), looks.SEVERITY.WARNING),
        (factory_backups.ago(hours=2), looks.SEVERITY.ERROR),
    ):
        state.update(failing_since=since, error='Nova does not answer.')
        one = looks.found(check)['servers']
        assert one.severity == severity
    assert (
        looks.told(check, one)
        == 'Servers cannot be read: Nova does not answer.'
    )


def test_a_part_is_old_by_its_own_rhythm():
    models.PartState.objects.update(
        last_good_at=factory_backups.ago(minutes=30)
    )
    names = set(looks.found(own_data.PartNotRead()))
    slow = {parts.PEOPLE, parts.HOURS, parts.ADDRESSES, parts.RIGHTS}
    assert names == set(parts.LABELS) - slow


def test_a_clock_that_is_off_is_told_by_its_own_check_alone():
    clock = f"{reading.CLOCK} 7 min ahead of the worker's."
    for name, note in (
        (parts.SERVERS, clock),
        (parts.VOLUMES, f'Odd. {clock}'),
        (parts.BACKUPS, 'Odd.'),
    ):
        models.PartState.objects.filter(name=name).update(note=note)
    check = own_data.PartNote()
    assert {looks.told(check, one) for one in looks.found(check).values()} == {
        'Volumes: Odd.',
        'Backups: Odd.',
    }


def test_a_worker_that_was_taken_away_long_ago_is_forgotten():
    for name, seen_at in (
        ('away', factory_backups.ago(hours=1)),
        ('old', factory_backups.ago(days=31)),
    ):
        models.Worker.objects.create(host=name, seen_at=seen_at)
    assert set(looks.found(own_data.WorkerAway())) == {'away'}
