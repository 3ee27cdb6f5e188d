"""Volumes and backups that a test makes in somebody's project."""

import time

from tests.e2e import bare

PATIENCE_S = 300
_STORAGE = 'block-storage'


class Owner:
    """The service user, signed in to the project; deletes all at the end."""

    def __init__(self, clouds_yaml, project_id):
        self.project_id = project_id
        self._cloud = bare.Cloud(clouds_yaml, 'rey', project_id)
        self._made = []

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        for kind, one in reversed(self._made):
            path = f'/{kind}s/{one}'
            if self._cloud.attempt('DELETE', path, _STORAGE).ok:
                self._wait(kind, one, 'gone')

    def volume(self, name, **more):
        """The id of one of 1 GiB, when it is there."""
        return self._make('volume', name=name, size=1, **more)

    def backup(self, volume_id, name, **more):
        return self._make('backup', volume_id=volume_id, name=name, **more)

    def hanging_backup(self, volume_id, name):
        """Of the demo's kind: with "stuck" in its name it never gets ready."""
        assert 'stuck' in name
        return self._make('backup', 'creating', volume_id=volume_id, name=name)

    def _make(self, kind, wanted='available', **told):
        answer = self._cloud.write('POST', f'/{kind}s', _STORAGE, {kind: told})
        made = answer[kind]['id']
        self._made.append((kind, made))
        self._wait(kind, made, wanted)
        return made

    def _wait(self, kind, one, wanted):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            answer = self._cloud.answer(_STORAGE, f'/{kind}s/{one}')
            if answer.status_code == 404:
                assert wanted == 'gone', f'the {kind} {one} is gone'
                return
            status = answer.json()[kind]['status']
            if status == wanted:
                return
            assert 'error' not in status, f'the {kind} {one} is {status}'
            time.sleep(0.5)
        raise AssertionError(f'the {kind} {one} is not {wanted} in time')
