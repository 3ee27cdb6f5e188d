"""Domains and projects, through python-keystoneclient's adapter.

keystoneclient 6 has no paging, so its adapter is asked for pages directly.
"""

from collections.abc import Iterator
import dataclasses

from keystoneclient.v3 import client as keystone

from rey_dashboard.cloud import listing
from rey_dashboard.cloud import session as cloud_session


@dataclasses.dataclass(frozen=True)
class Domain:
    id: str
    name: str
    enabled: bool


@dataclasses.dataclass(frozen=True)
class Project:
    id: str
    name: str
    domain_id: str
    enabled: bool
    description: str
    tags: tuple[str, ...]


class Identity:
    def __init__(self, cloud: cloud_session.Cloud, session):
        client = keystone.Client(
            interface=cloud.interface('identity'),
            **cloud.client_options(session),
        )
        self._adapter = client.projects.client

    def domains(self) -> Iterator[list[Domain]]:
        """All domains, a page at a time."""
        for rows in self._pages('/domains', 'domains'):
            yield [
                Domain(row['id'], row['name'], row.get('enabled', True))
                for row in rows
            ]

    def projects(self) -> Iterator[list[Project]]:
        """All projects of all domains, a page at a time."""
        for rows in self._pages('/projects', 'projects'):
            yield [
                Project(
                    id=row['id'],
                    name=row['name'],
                    domain_id=row['domain_id'],
                    enabled=row.get('enabled', True),
                    description=row.get('description') or '',
                    tags=tuple(row.get('tags') or ()),
                )
                for row in rows
            ]

    def _pages(self, path, key):
        for body in listing.pages(self._get, path, key, repeat_ends=True):
            yield body[key]

    def _get(self, path):
        return self._adapter.get(path)[1]
