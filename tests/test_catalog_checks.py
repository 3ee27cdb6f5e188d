"""What the catalog lacks, has twice, and where it leads astray."""

import pytest

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.readiness import catalog_checks
from tests import factory
from tests import factory_catalog
from tests.factory_catalog import catalogued

pytestmark = pytest.mark.django_db
TYPES = ('identity', 'compute', 'image', 'network')


def found(check):
    """Pairs of severity and title."""
    rows = check().find(factory.REGION)
    return [(row.severity.name, str(check().title(row))) for row in rows]


@pytest.mark.parametrize(
    'check',
    [
        catalog_checks.CatalogGap,
        catalog_checks.CatalogDouble,
        catalog_checks.CatalogAddress,
    ],
)
def test_a_catalog_that_is_well_is_no_finding(check):
    catalogued(*TYPES)
    catalogued(*TYPES, region='Two', url='https://{0}.two.test/v3')
    assert found(check) == []
    models.Endpoint.objects.all().delete()
    models.CatalogService.objects.all().delete()
    assert found(check) == []


def test_a_service_without_endpoints_is_found():
    catalogued(*TYPES)
    factory_catalog.service('object-store')
    factory_catalog.service('dns', enabled=False)
    assert found(catalog_checks.CatalogGap) == [
        ('WARNING', 'object-store (name of object-store) has no endpoint')
    ]


def test_an_interface_that_most_services_have_is_missed():
    catalogued(*TYPES)
    models.Endpoint.objects.filter(
        service_type='image', interface='internal'
    ).delete()
    models.Endpoint.objects.filter(
        service_type__in=TYPES[1:], interface='admin'
    ).delete()
    assert found(catalog_checks.CatalogGap) == [
        (
            'WARNING',
            'image has no internal endpoint in RegionOne; most services '
            'there have one',
        )
    ]


def test_a_service_that_one_region_lacks_is_a_note():
    catalogued(*TYPES)
    catalogued('compute', 'network', region='Two')
    assert found(catalog_checks.CatalogGap) == [
        ('NOTE', 'image has no endpoint in Two, but elsewhere')
    ]


def test_a_region_of_few_services_is_mistyped_most_likely():
    catalogued(*TYPES)
    catalogued('compute', region='regionone')
    assert found(catalog_checks.CatalogGap) == [
        (
            'WARNING',
            'Only 1 of 4 services have an endpoint in regionone: compute',
        )
    ]


def test_a_region_of_keystone_alone_is_not_odd():
    catalogued(*TYPES)
    catalogued('identity', region='global')
    assert found(catalog_checks.CatalogGap) == []


def test_an_endpoint_that_is_there_twice_is_found():
    catalogued(*TYPES)
    factory_catalog.endpoint('image', 'http://old.test/')
    factory_catalog.endpoint('compute', enabled=False)
    check = catalog_checks.CatalogDouble()
    (one,) = check.find(factory.REGION)
    assert check.title(one) == (
        'The catalog has 2 public endpoints of image in RegionOne'
    )
    assert one.evidence['urls'] == [
        'http://image.test/image',
        'http://old.test/',
    ]
    assert one.severity == registry.SEVERITY.WARNING


def test_localhost_is_wrong_where_others_are_elsewhere():
    catalogued(*TYPES)
    for number, url in enumerate(
        ('http://127.0.0.1:1/', 'http://localhost./', 'http://[::1]/')
    ):
        factory_catalog.endpoint(f'wrong-{number}', url)
    titles = found(catalog_checks.CatalogAddress)
    assert len(titles) == 3
    assert titles[0] == (
        'ERROR',
        'The address of wrong-0 public RegionOne is this very host: '
        'http://127.0.0.1:1/',
    )


def test_on_one_machine_alone_localhost_is_right():
    catalogued(*TYPES, url='http://127.0.0.1/{0}')
    assert found(catalog_checks.CatalogAddress) == []


def test_an_address_that_names_another_region_is_found():
    catalogued(*TYPES, region='two', url='https://{0}.two.test/')
    catalogued(*TYPES, region='two-b', url='https://{0}.two-b.test/')
    models.Endpoint.objects.filter(
        service_type='image', in_region='two-b', interface='admin'
    ).update(url='https://image.TWO.test/')
    # Keystone is of all regions.
    models.Endpoint.objects.filter(
        service_type='identity', in_region='two-b'
    ).update(url='https://identity.two.test/')
    assert found(catalog_checks.CatalogAddress) == [
        (
            'ERROR',
            'The address of image admin two-b names the region two: '
            'https://image.TWO.test/',
        )
    ]


def test_what_is_no_address_is_found():
    catalogued(*TYPES)
    factory_catalog.endpoint('dns', 'http://$(host)s:9001/')
    assert found(catalog_checks.CatalogAddress) == [
        (
            'ERROR',
            'The address of dns public RegionOne is none: '
            'http://$(host)s:9001/',
        )
    ]
