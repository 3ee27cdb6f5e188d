"""Reads the catalog of all regions, and asks each of its addresses."""

from collections.abc import Mapping
from concurrent import futures
import hashlib

from rey_dashboard.cloud import catalog
from rey_dashboard.cloud import probe
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store

#: Addresses asked at the same time. Most of them are of different services.
PARALLEL = 8
#: Durations that are kept of each address: a day's, usually.
KEPT = 288


def read_catalog(reading: reading_.Reading) -> None:
    source = catalog.Catalog(reading.cloud, reading.session)
    services = {service.id: service for service in source.services()}
    endpoints = source.endpoints()
    reading.progress(len(services) + len(endpoints))
    with reading.closing():
        store.replace(
            models.CatalogService,
            reading.region,
            [
                models.CatalogService(region=reading.region, **vars(service))
                for service in services.values()
            ],
        )
        store.replace(
            models.Endpoint,
            reading.region,
            [
                _endpoint(reading.region, endpoint, services)
                for endpoint in endpoints
            ],
        )


def _endpoint(region, endpoint, services):
    service = services.get(endpoint.service_id)
    address = catalog.address_of(endpoint.url)
    return models.Endpoint(
        **{
            **vars(endpoint),
            'region': region,
            'service_type': service.type if service else '',
            'service_name': service.name if service else '',
            'enabled': endpoint.enabled and bool(service and service.enabled),
            'probe_id': digest(address) if address else '',
        }
    )


def digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def read_probes(reading: reading_.Reading) -> None:
    """Asks each address once, however many endpoints have it."""
    endpoints = models.Endpoint.objects.filter(
        region=reading.region, enabled=True
    ).exclude(probe_id='')
    addresses = {
        catalog.address_of(url)
        for url in endpoints.values_list('url', flat=True)
    }
    reading.expect(len(addresses))
    answers = _ask(reading, addresses)
    before = {
        row.id: row
        for row in models.EndpointProbe.objects.filter(region=reading.region)
    }
    with reading.closing():
        store.replace(
            models.EndpointProbe,
            reading.region,
            [
                _row(reading.region, address, answer, before)
                for address, answer in answers.items()
            ],
        )


def _ask(reading, addresses) -> Mapping[str, probe.Answer]:
    session = reading.session
    prober = probe.Prober(session.verify, session.request_id)
    answers = {}
    pool = futures.ThreadPoolExecutor(PARALLEL)
    try:
        asked = {
            pool.submit(prober.ask, address): address for address in addresses
        }
        for done in futures.as_completed(asked):
            answers[asked[done]] = done.result()
            reading.progress(1)
    finally:
        # Told to end, it waits for none that has not begun.
        pool.shutdown(cancel_futures=True)
    return answers


def _row(region, address, answer, before):
    id_ = digest(address)
    last = before.get(id_)
    row = models.EndpointProbe(
        region=region,
        id=id_,
        address=address,
        place=catalog.place_of(address),
        asked_at=answer.asked_at,
        status=answer.status,
        seconds=answer.seconds,
        error=answer.error,
        skew_s=answer.skew_s,
        version=answer.told.id,
        least_microversion=answer.told.least,
        most_microversion=answer.told.most,
    )
    if last:
        row.good_at = last.good_at
        row.earlier_s = last.earlier_s
        if last.is_good:
            row.earlier_s = [*last.earlier_s, round(last.seconds, 4)][-KEPT:]
    if row.is_good:
        row.good_at = answer.asked_at
    else:
        failing = last and last.failing_since
        row.failing_since = failing or answer.asked_at
    _add_certificate(row, answer.tls)
    return row


def _add_certificate(row, tls):
    if not tls:
        return
    row.cert_verifies = tls.verifies
    row.cert_why = tls.why
    row.cert_name_matches = tls.name_matches
    if tls.certificate:
        row.cert_subject = _stored(tls.certificate.subject)
        row.cert_names = [_stored(name) for name in tls.certificate.names]
        row.cert_issuer = _stored(tls.certificate.issuer)
        row.cert_not_after = tls.certificate.not_after
        row.cert_self_signed = tls.certificate.self_signed


def _stored(text):
    """What no database takes is left out: anybody may write a certificate."""
    return text.replace('\0', '').encode('utf-8', 'ignore').decode()[:2000]
