"""The service user's entry in a clouds.yaml of its own."""

import pathlib

import yaml

from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.setup import faults
from rey_dashboard.setup import record

#: What the administrator's entry says of the cloud, and not of himself.
_COPIED = ('region_name', 'interface', 'cacert', 'verify')
_ANOTHER = 'Name another file with --clouds-yaml.'


def of(
    user: str,
    project: str,
    domain_id: str,
    cloud: cloud_session.Cloud | None = None,
) -> dict:
    """The entry, still without its password.

    :param cloud: none when it is not known yet
    """
    entry = {
        'auth': {
            'auth_url': cloud.auth_url
            if cloud
            else 'https://KEYSTONE:5000/v3',
            'username': user,
            'password': 'PASSWORD',
            'user_domain_id': domain_id,
            'project_name': project,
            'project_domain_id': domain_id,
        },
        'identity_api_version': 3,
    }
    return entry | (cloud.entry_values(_COPIED) if cloud else {})


def text(name: str, entry: dict) -> str:
    return yaml.safe_dump({'clouds': {name: entry}}, sort_keys=False)


class File:
    """One entry in one file, which we write only when it holds no other.

    :raises faults.NotWell: the file is no clouds.yaml
    """

    def __init__(self, path: pathlib.Path, name: str):
        self.path = path
        self._name = name
        self._before = path.read_bytes() if path.exists() else None
        try:
            known = yaml.safe_load(self._before or b'') or {}
            self._entries = dict(known.get('clouds') or {})
            self._auth = (self._entries.get(name) or {}).get('auth') or {}
        except (
            yaml.YAMLError,
            AttributeError,
            TypeError,
            ValueError,
        ) as error:
            raise faults.NotWell(
                f'{path} is no clouds.yaml.', _ANOTHER
            ) from error

    def holds(self, entry: dict) -> bool:
        """Whether the password of this entry's user stands here.

        Its address need not be the same: there are several ways to a cloud.
        """
        auth = entry['auth']
        return bool(self._auth.get('password')) and all(
            self._auth.get(key) == auth[key]
            for key in ('username', 'user_domain_id')
        )

    def need_own(self, entry: dict) -> None:
        """:raises faults.NotWell: something else stands here"""
        if set(self._entries) - {self._name}:
            raise faults.NotWell(
                f'{self.path} holds more than the entry {self._name}.',
                _ANOTHER,
            )
        asked = entry['auth']
        url = self._auth.get('auth_url', asked['auth_url'])
        if self._entries and not (
            self.holds(entry) and url == asked['auth_url']
        ):
            raise faults.NotWell(
                f'The entry {self._name} of {self.path} belongs to another '
                'user or another cloud.',
                _ANOTHER,
            )

    def write(self, entry: dict, password: str) -> None:
        """With rights 0600; what the operator added to the entry stays."""
        asked = entry['auth']
        entry = entry | self._entries.get(self._name, {})
        entry['auth'] = self._auth | asked | {'password': password}
        self.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        record.write(self.path, text(self._name, entry).encode(), 0o600)

    def put_back(self) -> None:
        """As it was before."""
        if self._before is None:
            self.path.unlink()
        else:
            record.write(self.path, self._before, 0o600)
