"""A large region is judged piece by piece, with the same result."""

import datetime

import pytest

from rey_dashboard import conf
from rey_dashboard.inventory import coverage
from rey_dashboard.inventory import levels
from rey_dashboard.inventory import models
from rey_dashboard.inventory import pieces
from rey_dashboard.inventory import store
from tests import factory
from tests import factory_backups as make

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)
TABLES = (
    models.VolumeCoverage,
    models.BackupChain,
    models.ProjectCoverage,
    models.ServiceLevel,
)


def hours_ago(hours):
    return NOW - datetime.timedelta(hours=hours)


@pytest.fixture
def region():
    """Volumes of two projects; backups of these and of volumes gone."""
    factory.collected()
    factory.project('web')
    for number in range(7):
        project_id = 'web' if number % 2 else 'gone'
        volume_id = f'v{number}'
        factory.volume(volume_id, project_id, created_at=hours_ago(999))
        for hours in range(number):
            took = datetime.timedelta(seconds=1000 + hours)
            make.backup(
                f'{volume_id}-{hours}',
                'web',
                volume_id,
                status='creating' if hours == 4 else 'available',
                is_incremental=hours < 2,
                has_dependent_backups=hours == 2,
                created_at=hours_ago(20 * hours),
                updated_at=hours_ago(20 * hours) + took,
            )
    for name in ('a', 'v3a', 'z1', 'z2', 'z3'):
        make.backup(f'of-{name}', 'web', name, created_at=hours_ago(50))
    make.volume('long-gone', 'web')


def recorded():
    coverage.record(factory.REGION, conf.current(), NOW)
    return {
        model: list(model.objects.order_by('pk').values()) for model in TABLES
    }


@pytest.mark.parametrize('size', [1, 2, 3])
def test_small_pieces_tell_the_same_as_one(region, monkeypatch, size):
    whole = recorded()
    assert len(whole[models.VolumeCoverage]) == 7
    assert len(whole[models.BackupChain]) == 26
    models.CoverageDay.objects.all().delete()
    for model in TABLES:
        model.objects.all().delete()
    monkeypatch.setattr(store, 'PIECE', size)
    # What has changed waits in a file, not in memory.
    monkeypatch.setattr(store, 'KEPT_BYTES', 1)
    assert recorded() == whole
    assert len(list(pieces.of(factory.REGION))) > 5


def test_a_pace_is_learned_of_backups_with_a_true_time(region):
    def patience():
        learned = pieces.pace(list(pieces.of(factory.REGION)))
        return learned.stuck_after_s('', 10)

    hour = datetime.timedelta(hours=1)
    models.Backup.objects.all().delete()
    for number in range(3):
        make.backup(
            f'b{number}', 'web', 'v1', created_at=NOW, updated_at=NOW + hour
        )
    assert patience() == 2 * 3600 * 10
    for untrue in (
        {'took': None},
        {'size_gib': 0},
        {'volume_id': 'gone'},
    ):
        row = models.Backup.objects.filter(id='b0')
        before = row.values(*untrue).get()
        row.update(**untrue)
        assert patience() is None
        row.update(**before)
    assert patience()


def test_how_long_a_backup_may_take_is_told_while_one_runs(region):
    recorded()
    told = models.VolumeCoverage.objects.exclude(stuck_after_s=None)
    assert {row.volume_id for row in told} == {'v5', 'v6'}


@pytest.mark.parametrize('keep_days', [400, 2])
def test_levels_follow_each_sample(region, keep_days):
    """As if all days were added up each time."""
    make.day('web', -8, 3, 4)
    models.CoverageDay.objects.update(day=hours_ago(72).date())
    settings = conf.Settings(KEEP_DAYS=keep_days)
    for step, hours in enumerate((0, 1, 2, 25, 26)):
        if step == 2:
            factory.volume('new', 'late', created_at=hours_ago(999))
        coverage.record(factory.REGION, settings, hours_ago(-hours))
        told = list(models.ServiceLevel.objects.order_by('pk').values())
        levels.record(factory.REGION, hours_ago(-hours).date())
        assert told == list(
            models.ServiceLevel.objects.order_by('pk').values()
        )
    web = models.ServiceLevel.objects.get(project_id='web')
    late = models.ServiceLevel.objects.get(project_id='late')
    assert (late.known_7, late.counted_7) == (2, 3)
    assert web.known_7 == (3 if keep_days == 400 else 2)
