"""Cinder's counters that are not what it lists."""

from django.utils import timezone
import pytest

from rey_dashboard.checks import registry
from rey_dashboard.inventory import drift
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import scope
from rey_dashboard.projects import drift_checks
from tests import factory
from tests import factory_checks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cloud():
    """Two projects with a volume of 10 GiB each, counted well."""
    factory.collected()
    for project_id in ('good', 'odd'):
        factory.summary(project_id)
        factory.volume(f'v-{project_id}', project_id, size_gib=10)
        factory.quota(project_id, 'volume', 'volumes', 10, 1)
        factory.quota(project_id, 'volume', 'gigabytes', 100, 10)
        factory.quota(project_id, 'volume', 'snapshots', 10, 0)
        factory.quota(project_id, 'compute', 'cores', 10, 7)


def told(project_id, resource, in_use):
    models.Quota.objects.filter(
        project_id=project_id, resource=resource
    ).update(in_use=in_use)


def page(browser, path, **query):
    return ' '.join(browser.get(path, query).content.decode().split())


def test_what_adds_up_is_not_told(admin):
    text = page(admin, '/rey/projects/odd/')
    assert 'cinder-manage' not in text
    text = page(admin, '/rey/projects/quotas/', every='drift')
    assert '/rey/projects/odd/' not in text


def test_a_wrong_counter_is_told_with_what_mends_it(admin):
    told('odd', 'volumes', 3)
    told('odd', 'snapshots', 2)
    text = page(admin, '/rey/projects/odd/')
    assert 'lists 1<' in text
    assert 'lists 0<' in text
    assert 'cinder-manage quota sync --project-id odd' in text
    assert 'cinder-manage' not in page(admin, '/rey/projects/good/')

    text = page(admin, '/rey/projects/quotas/', every='drift')
    assert text.count('Cinder lists') == 2
    assert 'cinder-manage quota check --project-id odd' in text
    assert '/rey/projects/good/' not in text


def test_counters_of_what_is_listed_and_counted_as_nothing(admin):
    told('odd', 'volumes', 0)
    assert 'lists 1<' in page(admin, '/rey/projects/odd/')


def test_snapshots_may_count_in_gigabytes_or_not(admin):
    models.Snapshot.objects.create(
        region=factory.REGION,
        id='s',
        seen=1,
        project_id='odd',
        name='',
        status='available',
        volume_id='v-odd',
        size_gib=10,
        created_at=timezone.now(),
    )
    told('odd', 'snapshots', 1)
    whole = scope.Scope(factory.REGION)
    for in_use, wrong in ((10, False), (20, False), (30, True)):
        told('odd', 'gigabytes', in_use)
        quotas = models.Quota.objects.filter(project_id='odd')
        assert drift.mark(whole, quotas) is wrong


def test_nothing_is_told_while_a_listing_fails(admin):
    told('odd', 'volumes', 3)
    models.PartState.objects.filter(name=parts.SNAPSHOTS).update(
        failing_since='2026-01-01T00:00:00Z'
    )
    assert 'cinder-manage' not in page(admin, '/rey/projects/odd/')
    text = page(admin, '/rey/projects/quotas/', every='drift')
    assert 'Cinder lists' not in text


def drifting():
    return {
        one.subject: one
        for one in drift_checks.QuotaDrift().find(factory.REGION)
    }


def test_what_differs_for_one_collection_alone_is_no_finding():
    """Something came or went while quotas and listings were read."""
    told('odd', 'volumes', 3)
    assert not drifting()
    models.Collector.objects.update(number=2)
    (one,) = drifting().values()
    assert one.subject == 'odd'
    assert one.evidence['quotas'] == [
        {'service': 'volume', 'resource': 'volumes', 'in_use': 3, 'listed': 1}
    ]
    assert one.severity == registry.SEVERITY.WARNING


def test_reading_the_quota_once_more_does_not_refute_it():
    told('odd', 'gigabytes', 4)
    models.Collector.objects.update(number=2)
    assert drifting()['odd'].severity == registry.SEVERITY.NOTE
    factory_checks.make_finding('odd', check_name='quota_drift')
    models.Quota.objects.update(seen=2)
    assert drifting().keys() == {'odd'}
    told('odd', 'gigabytes', 10)
    assert not drifting()
