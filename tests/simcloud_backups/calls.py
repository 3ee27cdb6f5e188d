"""Plain calls to the simulated Cinder, and what came of them."""

import datetime

import requests

FAST = 'control@fast'


class Caller:
    """Somebody signed in to one project."""

    def __init__(self, cloud, project_id, plain=False):
        self._url = cloud.services['block-storage'].url
        self._token = cloud.keystone.admit(cloud.new_uuid(), project_id, plain)

    def ask(self, method, path, version='3.70', **body):
        return requests.request(
            method,
            self._url + path,
            json=body or None,
            timeout=5,
            headers={
                'X-Auth-Token': self._token,
                'OpenStack-API-Version': f'volume {version}',
            },
        )

    def get(self, path):
        answer = self.ask('GET', path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def row(self, kind, row_id):
        return self.get(f'/{kind}s/{row_id}')[kind]

    def status(self, kind, row_id):
        answer = self.ask('GET', f'/{kind}s/{row_id}')
        return answer.status_code == 200 and answer.json()[kind]['status']

    def back_up(self, volume_id, **told):
        body = {'volume_id': volume_id, **told}
        return self.ask('POST', '/backups', backup=body)

    def backup(self, volume_id, **told):
        answer = self.back_up(volume_id, **told)
        assert answer.status_code == 202, answer.text
        return answer.json()['backup']['id']

    def restore(self, backup_id, **told):
        path = f'/backups/{backup_id}/restore'
        return self.ask('POST', path, restore=told)

    def new_volume(self, **told):
        return self.ask('POST', '/volumes', volume=told)

    def act(self, kind, row_id, action, **told):
        path = f'/{kind}s/{row_id}/action'
        return self.ask('POST', path, **{f'os-{action}': told})

    def take_in(self, record):
        path = '/backups/import_record'
        return self.ask('POST', path, **{'backup-record': record})


def refusal(answer, status=400):
    assert answer.status_code == status, answer.text
    ((_title, told),) = answer.json().items()
    assert told['code'] == status
    return told['message']


def seconds_between(row, first, second):
    first, second = (
        datetime.datetime.fromisoformat(row[name]) for name in (first, second)
    )
    return (second - first).total_seconds()


def content(cloud, kind, row_id):
    return cloud.tables[kind].get(row_id)['content']
