"""Asks an address of the catalog what it is: one GET, never with a token.

Not through the sessions: what a server shows is of interest also when no
client would trust it, and an answer must not be waited for longer than told,
however slowly its bytes come.
"""

import dataclasses
import datetime
from http import client
import io
import os
import re
import socket
import ssl
import time
from urllib import parse

from requests import certs

from rey_dashboard.cloud import certificates
from rey_dashboard.cloud import clocks
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import versions

TIMEOUT_S = 10.0
#: A version document is smaller.
MOST_BYTES = 256 << 10
REDIRECTS = 3
_VERSIONED = re.compile(r'/v\d[\d.]*(/.*)?$')


@dataclasses.dataclass(frozen=True)
class Tls:
    """What a server showed; judged by the CAs of clouds.yaml.

    :param certificate: none when it cannot be read
    :param verifies: None when clouds.yaml says not to look
    :param why: why it does not
    """

    certificate: certificates.Certificate | None
    verifies: bool | None
    why: str
    name_matches: bool | None


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came of one address.

    :param seconds: from the connection to the end of the answer
    :param status: none when there was no answer; ``error`` says why
    :param skew_s: of its clock, above 0 when it is ahead of ours
    """

    asked_at: datetime.datetime
    seconds: float | None = None
    status: int | None = None
    error: str = ''
    skew_s: float | None = None
    told: versions.Versions = versions.UNKNOWN
    tls: Tls | None = None


class Prober:
    """May be used by many threads.

    :param verify: as the sessions have it: whether, or a file or folder of CAs
    :raises faults.Misconfigured: on making it: no CAs can be read there
    """

    def __init__(self, verify: bool | str, request_id: str):
        self._request_id = request_id
        self._open = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._open.check_hostname = False
        self._open.verify_mode = ssl.CERT_NONE
        self._strict = _strict(verify) if verify else None

    def ask(self, address: str) -> Answer:
        """Never raises for what the server does."""
        asked_at = clocks.now()
        tls = None
        try:
            if address.startswith('https:'):
                tls = self._tls(address)
            first = self._get(address)
        except (OSError, client.HTTPException, ValueError) as error:
            return Answer(asked_at, error=_words(error), tls=tls)
        return Answer(
            asked_at,
            seconds=first.seconds,
            status=first.status,
            skew_s=first.skew_s,
            told=self._versions(address, first),
            tls=tls,
        )

    def _versions(self, address, first):
        path = parse.urlsplit(address).path
        found = versions.read(first.body, path)
        root = _VERSIONED.sub('', address)
        if found.id or root == address or first.status >= 500:
            return found
        # Some tell their versions only above the one that is asked for.
        try:
            return versions.read(self._get(root).body, path)
        except (OSError, client.HTTPException, ValueError):
            return found

    def _tls(self, address):
        split = parse.urlsplit(address)
        verifies, why = None, ''
        if self._strict:
            try:
                with _connected(split, self._strict, _Deadline()) as wire:
                    verifies, der = True, wire.getpeercert(binary_form=True)
            except ssl.SSLCertVerificationError as error:
                verifies, why = False, error.verify_message
        if not verifies:
            with _connected(split, self._open, _Deadline()) as wire:
                der = wire.getpeercert(binary_form=True)
        try:
            certificate = certificates.read(der)
        except ValueError as error:
            return Tls(None, verifies, why or _words(error), None)
        return Tls(
            certificate,
            verifies,
            why,
            certificates.matches(certificate.names, split.hostname),
        )

    def _get(self, address):
        for _redirect in range(REDIRECTS):
            found = self._get_once(parse.urlsplit(address))
            there = _redirected(address, found)
            if not there:
                return found
            address = there
        return found

    def _get_once(self, split):
        deadline, begin, asked = _Deadline(), time.monotonic(), clocks.now()
        path = split.path or '/'
        path = f'{path}?{split.query}' if split.query else path
        with _connected(split, self._open, deadline) as wire:
            wire.sendall(
                (
                    f'GET {path} HTTP/1.1\r\nHost: {split.netloc}\r\n'
                    'Accept: application/json\r\nConnection: close\r\n'
                    'User-Agent: rey-dashboard\r\n'
                    f'X-OpenStack-Request-ID: {self._request_id}\r\n\r\n'
                ).encode('ascii')
            )
            response = client.HTTPResponse(_Wire(wire, deadline), method='GET')
            response.begin()
            told, answered = clocks.told(response.headers), clocks.now()
            body = response.read(MOST_BYTES)
        return _Got(
            status=response.status,
            seconds=time.monotonic() - begin,
            skew_s=clocks.apart_s(told, asked, answered) if told else None,
            location=response.headers.get('Location', ''),
            body=body,
        )


@dataclasses.dataclass(frozen=True)
class _Got:
    status: int
    seconds: float
    skew_s: float | None
    location: str
    body: bytes


class _Deadline:
    def __init__(self):
        self._end = time.monotonic() + TIMEOUT_S

    def left(self) -> float:
        """:raises TimeoutError: nothing"""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Wire(io.RawIOBase):
    """What http.client reads from; each read ends with the deadline."""

    def __init__(self, wire, deadline):
        self._wire = wire
        self._deadline = deadline

    def makefile(self, mode):
        return io.BufferedReader(self)

    def readable(self):
        return True

    def readinto(self, buffer):
        self._wire.settimeout(self._deadline.left())
        return self._wire.recv_into(buffer)


def _connected(split, context, deadline):
    port = split.port or (443 if split.scheme == 'https' else 80)
    wire = socket.create_connection((split.hostname, port), deadline.left())
    if split.scheme != 'https':
        return wire
    try:
        wire.settimeout(deadline.left())
        return context.wrap_socket(wire, server_hostname=split.hostname)
    except BaseException:
        wire.close()
        raise


def _strict(verify):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The name is looked at apart, to tell it from other troubles.
    context.check_hostname = False
    place = certs.where() if verify is True else verify
    kind = 'capath' if os.path.isdir(place) else 'cafile'
    try:
        context.load_verify_locations(**{kind: place})
    except OSError as error:
        raise faults.Misconfigured(
            f'The CAs of {place} cannot be read: {error}',
            "Look at cacert in the worker's entry of clouds.yaml.",
        ) from error
    return context


def _redirected(address, found):
    """Where else to ask; nothing outside of the same host and port."""
    if found.status not in (301, 302, 303, 307, 308) or not found.location:
        return ''
    there = parse.urljoin(address, found.location)
    old, new = parse.urlsplit(address), parse.urlsplit(there)
    is_same = (old.scheme, old.netloc) == (new.scheme, new.netloc)
    return there if is_same and there.isascii() and ' ' not in there else ''


def _words(error):
    """In plain words; the remedy is the finding's."""
    if isinstance(error, TimeoutError):
        return f'no answer within {TIMEOUT_S:g} s'
    if isinstance(error, ConnectionRefusedError):
        return 'the connection was refused'
    if isinstance(error, socket.gaierror):
        return 'the name of the host is not known'
    if isinstance(error, ssl.SSLError):
        return f'TLS fails: {error.reason or error}'
    if isinstance(error, client.HTTPException):
        return f'the answer is no HTTP ({type(error).__name__})'
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return f'{type(error).__name__}: {error}'[:200]
