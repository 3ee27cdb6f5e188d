"""The catalog and its endpoints: read, judged, and seen to be mended."""

import re
import threading

import pytest

from rey_dashboard import conf
from rey_dashboard import worker
from rey_dashboard.checks import models as findings
from rey_dashboard.checks import showing
from rey_dashboard.cloud import probe
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import sync
from tests import factory
from tests import factory_checks
from tests import loopback

# Each part closes its connection at its end: no test transaction.
pytestmark = pytest.mark.django_db(transaction=True)

SEVERITY = findings.Finding.Severity


@pytest.fixture
def make():
    with loopback.closing() as make:
        yield make


@pytest.fixture(scope='module')
def authority(tmp_path_factory):
    return loopback.Authority(tmp_path_factory.mktemp('ca'))


@pytest.fixture
def catalog(cloud, our_checks, authority, monkeypatch):
    """Of services on real ports; their CA is that of clouds.yaml."""
    factory.collected()
    monkeypatch.setenv('REQUESTS_CA_BUNDLE', '')
    monkeypatch.setattr(
        'rey_dashboard.cloud.probe.certs.where', lambda: str(authority.file)
    )
    return cloud.catalog


def cycle():
    """What the worker does of all this in one collection."""
    signed_in = cloud_session.Cloud('rey')
    for part in (parts.CATALOG, parts.PROBES):
        sync.collect_part(signed_in, conf.current(), part, threading.Event())
    assert not models.PartState.objects.exclude(error='')
    factory_checks.look()
    assert not findings.CheckRun.objects.exclude(error='')


def found():
    """Check -> pairs of severity and title; not what releases they mean."""
    told = {}
    rows = findings.Finding.objects.open().exclude(
        check_name__startswith='release'
    )
    for row in rows.order_by('subject'):
        pair = SEVERITY(row.severity).name, showing.title(row)
        told.setdefault(row.check_name, []).append(pair)
    return told


def probes():
    return {
        row.address: row
        for row in models.EndpointProbe.objects.order_by('address')
    }


def test_a_collection_reads_the_catalog_and_asks_each_address_once(
    cloud, make
):
    site = make()
    url = site.url('/v2.1/%(project_id)s')
    cloud.catalog.add('compute', url)
    cloud.catalog.add('compute', url, interface='internal')
    cloud.catalog.add('compute', site.url('/off'), enabled=False)

    worker.collect_once()

    assert models.CatalogService.objects.get().type == 'compute'
    assert models.Endpoint.objects.count() == 3
    (row,) = probes().values()
    assert row.address == site.url('/v2.1')
    assert (row.status, row.version) == (200, 'v2.1')
    assert row.most_microversion == '2.96'
    assert len(site.asked) == 1

    cloud.catalog.endpoints.clear()
    worker.collect_once()
    assert not models.Endpoint.objects.exists()
    assert not probes()


def test_what_is_well_is_no_finding(catalog, make, authority):
    site = make(authority.context())
    catalog.add('compute', site.url('/v2.1'))
    catalog.add('image', site.url('/'))
    cycle()
    assert found() == {}


def test_a_service_that_is_down_is_found_at_once_and_seen_mended(
    catalog, make
):
    site, other = make(), make()
    catalog.add('compute', site.url())
    catalog.add('image', other.url())
    cycle()
    site.status = 503
    other.close()
    cycle()
    assert set(found()['endpoint_down']) == {
        ('ERROR', f'compute answers with 503 at {site.url()}'),
        (
            'ERROR',
            f'image does not answer at {other.url()}: '
            'the connection was refused',
        ),
    }
    site.status = 200
    catalog.endpoints.pop()
    catalog.services.pop()
    cycle()
    assert found() == {}


def test_what_hangs_does_not_answer(catalog, make, monkeypatch):
    monkeypatch.setattr(probe, 'TIMEOUT_S', 0.2)
    site = make()
    site.hangs = True
    catalog.add('compute', site.url(), interface='internal')
    cycle()
    ((severity, title),) = found()['endpoint_down']
    assert severity == 'WARNING'
    assert title == (
        f'compute has never answered the worker at {site.url()}: '
        'no answer within 0.2 s'
    )
    site.hangs = False
    cycle()
    assert found() == {}


def test_what_is_slow_for_what_it_usually_is_is_found(
    catalog, make, monkeypatch
):
    monkeypatch.setattr(
        'rey_dashboard.readiness.endpoint_checks.NOT_SLOW_S', 0.3
    )
    site = make()
    catalog.add('compute', site.url())
    for _collection in range(6):
        cycle()
    assert found() == {}
    site.delay_s = 0.8
    cycle()
    ((_severity, title),) = found()['endpoint_slow']
    assert re.fullmatch(
        r'compute takes [0-9.]+ s to answer at '
        + re.escape(site.url())
        + r', usually [0-9.]+ s',
        title,
    ), title
    (row,) = probes().values()
    assert len(row.earlier_s) == 6
    site.delay_s = 0
    cycle()
    assert found() == {}


def test_what_takes_too_long_is_slow_without_a_history(
    catalog, make, monkeypatch
):
    monkeypatch.setattr('rey_dashboard.readiness.endpoint_checks.SLOW_S', 0.1)
    site = make()
    site.delay_s = 0.2
    catalog.add('compute', site.url())
    cycle()
    assert len(found()['endpoint_slow']) == 1


@pytest.mark.parametrize(
    'made, check, severity, words',
    [
        ({'days': 20.5}, 'certificate_expiry', 'WARNING', 'ends in 20 days'),
        ({'days': 3.5}, 'certificate_expiry', 'ERROR', 'ends in 3 days'),
        ({'days': -1}, 'certificate_expiry', 'CRITICAL', 'is over since'),
        ({'signed': False}, 'certificate_trust', 'ERROR', 'is self-signed'),
        (
            {'names': ('other.test', 'b.test')},
            'certificate_name',
            'ERROR',
            'is good for other.test, b.test only',
        ),
        ({'names': ()}, 'certificate_name', 'ERROR', 'is good for – only'),
    ],
)
def test_a_bad_certificate_is_found_and_a_new_one_mends_it(
    catalog, make, authority, made, check, severity, words
):
    site = make(authority.context(**made))
    catalog.add('compute', site.url())
    catalog.add('image', site.url('/image'))
    cycle()
    ((told, title),) = found()[check]
    assert told == severity
    assert words in title
    assert f'127.0.0.1:{site.port}' in title
    assert set(found()) == {check}

    better = make(authority.context())
    for row in catalog.endpoints:
        row['url'] = better.url()
    cycle()
    assert found() == {}


def test_a_certificate_of_an_unknown_ca_is_not_trusted(
    catalog, make, tmp_path
):
    stranger = loopback.Authority(tmp_path, 'Other CA')
    catalog.add('compute', make(stranger.context()).url())
    cycle()
    ((severity, title),) = found()['certificate_trust']
    assert severity == 'ERROR'
    assert 'unable to get local issuer certificate' in title


@pytest.mark.parametrize(
    'skew_s, severity, words',
    [
        (30, 'WARNING', 's ahead of ours'),
        (-7200, 'ERROR', 's behind ours'),
    ],
)
def test_a_clock_that_is_off_is_found(catalog, make, skew_s, severity, words):
    site = make()
    site.skew_s = skew_s
    catalog.add('compute', site.url('/v2.1'))
    catalog.add('image', make().url())
    cycle()
    ((told, title),) = found()['clock_skew']
    assert told == severity
    assert words in title
    assert f'127.0.0.1:{site.port}' in title
    site.skew_s = 0
    cycle()
    assert found() == {}


def test_when_all_clocks_are_off_alike_it_is_ours(catalog, make):
    for type_ in ('compute', 'image', 'network'):
        site = make()
        site.skew_s = 90
        catalog.add(type_, site.url())
    cycle()
    ((severity, title),) = found()['clock_skew']
    assert severity == 'ERROR'
    assert title.startswith('The worker’s clock differs by ')
    assert title.endswith(' s from that of all 3 hosts')
