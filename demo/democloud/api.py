"""A client for the demo cloud's APIs on the standard library alone."""

import json
import time
import urllib.error
import urllib.request

from democloud import state

# No proxy: all that we speak to listens on loopback.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

VERSIONS = {
    'nova': ('OpenStack-API-Version', 'compute 2.96'),
    'cinder': ('OpenStack-API-Version', 'volume 3.70'),
    'placement': ('OpenStack-API-Version', 'placement 1.39'),
}


class Refused(Exception):
    """A service answered with an error; status is the HTTP status."""

    def __init__(self, status, text):
        super().__init__('%s %s' % (status, text))
        self.status = status


def answers(service):
    """Whether the service answers, and with anything but a failure."""
    try:
        _send('GET', state.url(service) + '/', timeout=5)
    except Refused as refused:
        return refused.status < 500
    except OSError:
        return False
    return True


class Client:
    """Signed in as one user, in one project of the domain Default."""

    def __init__(self, user, password, project):
        identity = {
            'methods': ['password'],
            'password': {
                'user': {
                    'name': user,
                    'domain': {'id': 'default'},
                    'password': password,
                }
            },
        }
        scope = {'project': {'name': project, 'domain': {'id': 'default'}}}
        url = state.url('keystone') + '/v3/auth/tokens'
        body = {'auth': {'identity': identity, 'scope': scope}}
        headers, answer = _send('POST', url, body)
        self._token = headers['X-Subject-Token']
        self.project_id = answer['token']['project']['id']

    def call(self, service, method, path, body=None):
        """Send a request. body: what JSON can say, or bytes."""
        headers = dict([VERSIONS[service]]) if service in VERSIONS else {}
        headers['X-Auth-Token'] = self._token
        url = state.url(service) + path
        return _send(method, url, body, headers)[1]

    def get(self, service, path):
        return self.call(service, 'GET', path)

    def post(self, service, path, body):
        return self.call(service, 'POST', path, body)

    def put(self, service, path, body=None):
        return self.call(service, 'PUT', path, body)


def _send(method, url, body=None, headers=None, timeout=60):
    headers = {'Accept': 'application/json', **(headers or {})}
    if isinstance(body, bytes):
        headers['Content-Type'] = 'application/octet-stream'
    elif body is not None:
        headers['Content-Type'] = 'application/json'
        body = json.dumps(body).encode()
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with _opener.open(request, timeout=timeout) as answer:
            text = answer.read()
            return answer.headers, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors='replace')
        message = '%s %s: %s' % (method, url, text[:500])
        raise Refused(error.code, message) from None


def wait_for(test, seconds, pause=0.2):
    """Whether the test came true in that time."""
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
