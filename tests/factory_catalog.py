"""Rows of the catalog and of probes."""

from django.utils import timezone

from rey_dashboard.cloud import catalog
from rey_dashboard.inventory import endpoints
from rey_dashboard.inventory import models
from tests import factory


def service(type_, **columns):
    return models.CatalogService.objects.create(
        region=factory.REGION,
        id=f's-{type_}'[:64],
        type=type_,
        **{'name': f'name of {type_}'[:255], 'enabled': True, **columns},
    )


def endpoint(type_, url='', **columns):
    """Of a service that is made with its first endpoint."""
    models.CatalogService.objects.filter(type=type_).exists() or service(type_)
    url = url or f'http://{len(type_)}.test/{type_}'
    address = catalog.address_of(url)
    number = models.Endpoint.objects.count()
    return models.Endpoint.objects.create(
        region=factory.REGION,
        id=f'e{number}',
        service_id=f's-{type_}'[:64],
        service_type=type_,
        service_name=f'name of {type_}'[:255],
        url=url,
        probe_id=endpoints.digest(address) if address else '',
        **{
            'interface': 'public',
            'in_region': factory.REGION,
            'enabled': True,
            **columns,
        },
    )


def probe(endpoint_, **columns):
    """What its address answered, well unless told otherwise."""
    address = catalog.address_of(endpoint_.url)
    now = timezone.now()
    return models.EndpointProbe.objects.create(
        region=factory.REGION,
        id=endpoint_.probe_id,
        address=address,
        place=catalog.place_of(address),
        **{
            'asked_at': now,
            'status': 200,
            'seconds': 0.02,
            'good_at': now,
            **columns,
        },
    )


def catalogued(*types, region=factory.REGION, url='http://{0}.test/{0}'):
    """An endpoint of each type for all interfaces."""
    return [
        endpoint(
            type_,
            url.format(type_),
            interface=interface,
            in_region=region,
        )
        for type_ in types
        for interface in ('public', 'internal', 'admin')
    ]


def telling(type_, most='', version='v2.1', least='2.1', **columns):
    """An endpoint whose address tells these versions."""
    one = endpoint(type_, **columns)
    if not models.EndpointProbe.objects.filter(id=one.probe_id).exists():
        probe(
            one,
            version=version,
            least_microversion=least if most else '',
            most_microversion=most,
        )
    return one
