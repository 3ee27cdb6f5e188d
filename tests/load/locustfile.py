"""People who reload pages: run by ``people.py`` with locust.

``REY_LOAD_PEOPLE`` names a JSON file with their cookies and the addresses.
"""

import json
import os
import pathlib
import random
import urllib.parse

import locust

_TOLD = json.loads(pathlib.Path(os.environ['REY_LOAD_PEOPLE']).read_text())
_WAITING = [*_TOLD['people']]


class Person(locust.HttpUser):
    wait_time = locust.between(0, 0.2)

    def on_start(self):
        self.client.trust_env = False
        # Where they are from, or an answer's would stand beside them.
        host = urllib.parse.urlsplit(self.host).hostname
        for name, value in _WAITING.pop().items():
            self.client.cookies.set(name, value, domain=host)

    @locust.task(30)
    def reload(self):
        name = random.choice([*_TOLD['pages']])
        address = _TOLD['pages'][name]
        with self.client.get(
            address, name=name, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code != 200 or 'rey' not in answer.text:
                answer.failure(f'{answer.status_code}')

    @locust.task(1)
    def choose_columns(self):
        columns = ['servers', 'vcpus', 'fullest', 'backup']
        self._post('/rey/projects/columns/', {'column': columns})

    @locust.task(1)
    def ask_for_new_data(self):
        self._post('/rey/data/refresh/', {})

    def _post(self, address, data):
        token = self.client.cookies['csrftoken']
        with self.client.post(
            address,
            data={**data, 'csrfmiddlewaretoken': token},
            name=f'write: {address}',
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            if answer.status_code != 302:
                answer.failure(f'{answer.status_code}')
