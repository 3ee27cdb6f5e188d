"""Who has which role on which domain: read often, and soon too old."""

from concurrent import futures
import datetime

from django.db import transaction
from django.utils import timezone

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import identity
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store

#: Older than this, a role counts for nothing.
GOOD_FOR = datetime.timedelta(minutes=10)
#: The worker's clock may be ahead of the web server's by so much.
AHEAD = datetime.timedelta(minutes=1)


def read(reading: reading_.Reading) -> None:
    """A domain that cannot be read keeps its rows, which grow too old.

    :raises faults.CloudFault: the roles on some domain cannot be listed
    """
    started = timezone.now()
    source = identity.Identity(reading.cloud, reading.session)
    domains = [
        domain
        for page in source.domains()
        for domain in page
        if domain.name not in reading.settings.EXCLUDE_DOMAINS
    ]
    told, failed = _ask(reading, source, domains)
    names = source.role_names(
        {role_id for pairs in told.values() for _user, role_id in pairs}
    )
    rows = [
        models.DomainRole(
            region=reading.region,
            domain_id=domain_id,
            user_id=user_id,
            role_name=names[role_id],
            read_at=started,
        )
        for domain_id, pairs in told.items()
        for user_id, role_id in pairs
    ]
    with transaction.atomic():
        old = models.DomainRole.objects.filter(region=reading.region)
        old.exclude(domain_id__in=failed).delete()
        store.upsert(models.DomainRole, rows)
        if not failed:
            reading_.succeed(reading)
    if failed:
        raise next(iter(failed.values()))


def _ask(reading, source, domains):
    """What each domain told, and the faults of the others, by its id."""
    told, failed = {}, {}
    with futures.ThreadPoolExecutor(reading.settings.PARALLEL_CALLS) as pool:
        asked = {
            domain.id: pool.submit(source.roles_on, domain)
            for domain in domains
        }
        for domain_id, answer in asked.items():
            try:
                told[domain_id] = answer.result()
                reading.progress(len(told[domain_id]))
            except faults.ALL as error:
                failed[domain_id] = error
    return told, failed


def of_user(region: str, user_id: str) -> list[models.DomainRole]:
    """All that was read of one user, however long ago."""
    rows = models.DomainRole.objects.filter(region=region, user_id=user_id)
    return list(rows)


def counts(role: models.DomainRole, now: datetime.datetime) -> bool:
    """Whether it is young enough."""
    return -AHEAD < now - role.read_at < GOOD_FOR
