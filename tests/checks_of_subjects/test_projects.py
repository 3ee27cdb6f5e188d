"""What is wrong with a project: its quotas, its owners, its backups."""

from django.utils import timezone
import pytest

from rey_dashboard.backups import checks as backups
from rey_dashboard.checks import models as findings
from rey_dashboard.inventory import models
from rey_dashboard.projects import checks as projects
from tests import factory
from tests import factory_backups
from tests.checks_of_subjects import looks

pytestmark = pytest.mark.django_db
QUOTAS = {
    'below': (89, 100, None),
    'nearly full': (90, 100, looks.SEVERITY.NOTE),
    'full': (100, 100, looks.SEVERITY.WARNING),
    'over': (101, 100, looks.SEVERITY.ERROR),
    'over nothing': (1, 0, looks.SEVERITY.ERROR),
    'nothing of nothing': (0, 0, None),
    'unlimited': (1000, -1, None),
    'unknown': (None, 100, None),
}


@pytest.mark.parametrize('used, limit, severity', QUOTAS.values(), ids=QUOTAS)
def test_a_quota_is_the_worse_the_fuller_it_is(used, limit, severity):
    factory.quota('p', 'compute', 'cores', limit, used)
    one = looks.found(projects.QuotaFull()).get('p')
    assert (one.severity if one else None) == severity


def test_a_project_is_one_finding_and_tells_its_worst_quota():
    factory.quota('p', 'compute', 'cores', 10, 9)
    factory.quota('p', 'volume', 'gigabytes', 10, 12)
    factory.quota('p', 'network', 'port', 10, 10)
    factory.quota('p', 'compute', 'key_pairs', 1, 5)
    check = projects.QuotaFull()
    (one,) = check.find(looks.REGION)
    assert looks.told(check, one) == (
        'p uses more than its quota: Storage (GiB) and 2 more'
    )
    finding = findings.Finding(
        subject='p', project_id='p', evidence=dict(one.evidence)
    )
    lines = [command.line for command in check.runbook(finding).commands]
    assert 'openstack quota set --gigabytes=15 p' in lines
    assert 'openstack quota set --cores=13 p' in lines


def test_what_was_counted_for_want_of_a_quota_is_none():
    factory.quota('p', 'compute', 'cores', 10, 10)
    models.Quota.objects.update(counted=True)
    assert not looks.found(projects.QuotaFull())


def test_things_of_a_project_that_is_younger_than_the_list_are_no_orphans():
    factory.summary('new', state='deleted')
    factory.server('s', 'new', created_at=timezone.now())
    check = projects.Orphans()
    assert not looks.found(check)
    models.Server.objects.update(created_at=factory_backups.ago(hours=1))
    assert looks.told(check, looks.found(check)['new']) == (
        '1 thing belongs to new, a project that is gone'
    )


def test_ten_thousand_volumes_are_one_finding_with_the_largest():
    models.VolumeCoverage.objects.bulk_create(
        models.VolumeCoverage(
            region=looks.REGION,
            volume_id=f'v{n:05}',
            project_id='p',
            size_gib=n,
            state='never',
            severity=2,
            within=False,
            target_h=24,
        )
        for n in range(10_000)
    )
    check = backups.VolumesAtRisk()
    (one,) = check.find(looks.REGION)
    assert one.hits == one.evidence['volumes'] == 10_000
    assert [row['volume_id'] for row in one.evidence['worst']] == [
        'v09999',
        'v09998',
        'v09997',
        'v09996',
        'v09995',
    ]
    assert looks.told(check, one) == 'p: 10000 volumes were never backed up'


def test_each_state_of_a_projects_volumes_is_a_finding_of_its_own():
    for state in models.VolumeCoverage.BY_SEVERITY:
        factory_backups.volume(f'v-{state}', 'p', state)
    one = looks.found(backups.VolumesAtRisk())
    assert {key: row.severity for key, row in one.items()} == {
        'p:stuck': looks.SEVERITY.ERROR,
        'p:failing': looks.SEVERITY.ERROR,
        'p:never': looks.SEVERITY.WARNING,
        'p:stale': looks.SEVERITY.WARNING,
    }


def test_the_runbook_of_failing_backups_tells_what_cinders_words_mean():
    factory_backups.volume(
        'v', 'p', 'failing', fail_reason='No space left on device'
    )
    check = backups.VolumesAtRisk()
    one = looks.found(check)['p:failing']
    runbook = check.runbook(one)
    assert 'The place where backups are kept is full' in runbook.causes[0]
