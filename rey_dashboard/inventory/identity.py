"""Reads domains and projects into the inventory."""

from django.utils import timezone

from rey_dashboard.cloud import identity
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store


def read(reading: reading_.Reading) -> None:
    source = identity.Identity(reading.cloud, reading.session)
    for domains in source.domains():
        store.upsert(
            models.Domain,
            [
                models.Domain(
                    excluded=domain.name in reading.settings.EXCLUDE_DOMAINS,
                    **vars(domain),
                    **reading.stamp,
                )
                for domain in domains
            ],
        )
    for projects in source.projects():
        store.upsert(
            models.Project,
            [
                models.Project(**vars(project), **reading.stamp)
                for project in projects
            ],
        )
        reading.progress(len(projects))
    with reading.closing():
        store.unseen(models.Domain, reading.region, reading.number).delete()
        store.unseen(
            models.Project, reading.region, reading.number, gone_at=None
        ).update(gone_at=timezone.now())
