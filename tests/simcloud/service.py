"""What the simulated services have in common: calls, faults, tokens, pages."""

from collections.abc import Callable
from collections.abc import Iterator
import itertools
import json
import socket
from urllib import parse

from werkzeug import exceptions
from werkzeug import routing
from werkzeug import wrappers

from tests.simcloud import faults


class Refusal(Exception):
    """A status that is no success, and its words."""

    def __init__(
        self, status: int, words: str = '', title: str = '', headers=()
    ):
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = dict(headers)
        self.title = title or {
            400: 'badRequest',
            403: 'forbidden',
            404: 'itemNotFound',
            405: 'badMethod',
            413: 'overLimit',
            503: 'serviceUnavailable',
        }.get(status, 'computeFault')


class Service:
    """A WSGI application; a subclass says its paths in ``paths``.

    A path maps to the name of the method that answers it with a body.
    """

    type = ''
    name = ''
    #: What the catalog's address ends with.
    base = ''
    paths = {}
    #: Paths that need no token.
    open_paths = ('',)
    #: What the header calls it, if the service has microversions.
    version_name = ''

    def __init__(self, cloud):
        self.cloud = cloud
        self._routes = routing.Map(
            [
                routing.Rule(path, endpoint=name, strict_slashes=False)
                for path, name in self.paths.items()
            ]
        )

    @property
    def url(self) -> str:
        return self.cloud.ports[self.type].url + self.base

    def __call__(self, environ, start_response):
        request = wrappers.Request(environ)
        response = self._respond(request)
        response.headers['x-openstack-request-id'] = 'req-' + (
            self.cloud.new_uuid()
        )
        return response(environ, start_response)

    def _respond(self, request):
        path = request.path.removeprefix(self.base)
        self.cloud.calls.append(
            (self.type, request.method, path, request.args.to_dict())
        )
        # Not sleep: tests take the pauses out of their own program.
        self.cloud.ended.wait(self.cloud.latency_s)
        fault = self.cloud.faults.take(self.type, request.method, path)
        if fault and fault.kind in ('status', 'html'):
            return _faulty(fault)
        if fault and fault.kind == 'hang':
            fault.wait()
        call = Call(self, request, path, fault)
        status, body, headers = self._answer(call)
        if fault and fault.kind == 'lost':
            request.environ['werkzeug.socket'].shutdown(socket.SHUT_RDWR)
        text = '' if status == 204 else json.dumps(body)
        if fault and fault.kind == 'broken_json':
            text = text[: len(text) // 2]
        response = wrappers.Response(
            text, status, headers, content_type='application/json'
        )
        if fault and fault.kind == 'cut_body':
            response.set_data(text[: len(text) // 2])
            response.headers['Content-Length'] = len(text)
        return response

    def _answer(self, call):
        try:
            self._admit(call)
            with self.cloud.lock:
                answer = self._routed(call)
        except Refusal as refusal:
            headers = {**call.headers, **refusal.headers}
            return refusal.status, self.refused(refusal), headers
        return call.status, answer, call.headers

    def _admit(self, call):
        if call.path.rstrip('/') in self.open_paths:
            return
        if not self.cloud.keystone.holds(call.token):
            call.headers['WWW-Authenticate'] = 'Keystone uri="%s"' % (
                self.cloud.auth_url
            )
            raise Refusal(
                401,
                'The request you have made requires authentication.',
                'Unauthorized',
            )
        call.version = self._version(call)

    def _version(self, call):
        if not self.version_name:
            return None
        low, high = map(numbers, self.cloud.versions[self.type])
        asked = call.header('OpenStack-API-Version') or ''
        version = low
        for part in asked.split(','):
            name, _, number = part.strip().partition(' ')
            if name == self.version_name:
                version = high if number == 'latest' else numbers(number)
        if not low <= version <= high:
            raise Refusal(
                406, 'Version %d.%d is not supported by the API.' % version
            )
        return version

    def _routed(self, call):
        routes = self._routes.bind('', path_info=call.path or '/')
        try:
            name, values = routes.match(method=call.method)
        except exceptions.HTTPException as error:
            raise Refusal(
                error.code, 'The resource could not be found.'
            ) from None
        return getattr(self, name)(call, **values)

    def refused(self, refusal: Refusal) -> dict:
        """The body of a refusal, as nova and cinder write it."""
        if refusal.status == 401:
            told = {'code': 401, 'title': 'Unauthorized'}
            return {'error': {**told, 'message': refusal.words}}
        told = {'code': refusal.status, 'message': refusal.words}
        return {refusal.title: told}


class Call:
    """What was asked; a method may set the answer's ``status``."""

    def __init__(self, service, request, path, fault):
        self.service = service
        self.method = request.method
        self.path = path
        self.query = request.args
        self.token = request.headers.get('X-Auth-Token', '')
        self.header = request.headers.get
        self.body = request.get_json(silent=True)
        self.status = 200
        self.headers = {}
        self.version = None
        self._fault = fault if fault and fault.kind in PAGING else None

    def marker(self) -> str | None:
        loops = self._fault and self._fault.kind == 'loop'
        return None if loops else self.query.get('marker')

    def page(
        self, rows: Iterator, limit: int | None
    ) -> tuple[list, bool | None]:
        """The rows of this page, and a link's fate if a fault decides it."""
        fault, link = self._fault, None
        if fault and fault.kind == 'cut_page':
            limit = min(fault.rows, fault.rows if limit is None else limit)
            link = False
        if fault and fault.kind == 'loop':
            link = True
        return list(itertools.islice(rows, limit)), link

    def following(self, marker: str, **more: object) -> str:
        """The address of the next page."""
        asked = [
            pair
            for pair in self.query.items(multi=True)
            if pair[0] != 'marker' and pair[0] not in more
        ]
        asked += [*more.items(), ('marker', marker)]
        url = f'{self.service.url}{self.path}'
        return f'{url}?{parse.urlencode(asked)}'


PAGING = ('cut_page', 'loop')


def numbers(version: str) -> tuple[int, int]:
    major, minor = version.split('.')
    return int(major), int(minor)


def skip_to(
    rows: list, marker: str | None, unknown: Callable[[str], Refusal]
) -> list:
    """Short lists: what comes behind the row with the marker's id."""
    if marker is None:
        return rows
    for place, row in enumerate(rows):
        if row.id == marker:
            return rows[place + 1 :]
    raise unknown(marker)


def _faulty(fault: faults.Fault):
    html = fault.kind == 'html'
    response = wrappers.Response(
        fault.text,
        200 if html else fault.status,
        content_type='text/html' if html else 'application/json',
    )
    response.headers.update(fault.headers)
    return response
