"""Reads domains and projects into the inventory."""

from collections.abc import Iterable
from collections.abc import Mapping
import functools
import re

from django.utils import timezone

from rey_dashboard.cloud import identity
from rey_dashboard.inventory import gone
from rey_dashboard.inventory import models
from rey_dashboard.inventory import reading as reading_
from rey_dashboard.inventory import store

LONGEST_CONTACT = 1000


def read(reading: reading_.Reading) -> None:
    source = identity.Identity(reading.cloud, reading.session)
    for domains in source.domains():
        reading.write(
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
        reading.write(
            models.Project,
            [_row(project, reading) for project in projects],
        )
        reading.progress(len(projects))
    unseen = store.unseen(models.Domain, reading.region, reading.number)
    domains = _gone(reading, source, 'domains', unseen)
    missing = store.unseen(
        models.Project, reading.region, reading.number, gone_at=None
    )
    projects = _gone(reading, source, 'projects', missing)
    with reading.closing():
        unseen.filter(id__in=domains).delete()
        missing.filter(id__in=projects).update(gone_at=timezone.now())
        reading.gone = len(domains) + len(projects)


def _gone(reading, source, kind, unseen):
    ids = unseen.order_by('id').values_list('id', flat=True)
    return gone.proven(
        ids[: gone.MOST_ASKED],
        functools.partial(source.is_gone, kind),
        reading.settings.PARALLEL_CALLS,
    )


def _row(project, reading):
    told = dict(vars(project))
    properties = told.pop('properties')
    return models.Project(
        contact=contact_of(properties, project.tags, reading.settings.CONTACT),
        **told,
        **reading.stamp,
    )


def contact_of(
    properties: Mapping[str, object], tags: Iterable[str], names: Iterable[str]
) -> str:
    """A project's owner or contact, as its people wrote it; may be nothing.

    The first of ``names`` that says something counts: as a property, else as
    a tag ``name:value`` or ``name=value``. Case makes no difference. It is
    anybody's text: escape it.
    """
    said = [tuple(re.split('[:=]', tag, maxsplit=1)) for tag in tags]
    told = [*properties.items(), *(pair for pair in said if len(pair) == 2)]
    for name in names:
        for key, value in told:
            if key.strip().casefold() == name.casefold():
                text = identity.plain(value, LONGEST_CONTACT)
                if text:
                    return text
    return ''
