"""Small servers on the loopback, with certificates made for the test."""

import contextlib
import datetime
from email import utils
from http import server
import ipaddress
import json
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

NOVA = {
    'versions': [
        {
            'id': 'v2.0',
            'status': 'SUPPORTED',
            'version': '',
            'min_version': '',
        },
        {
            'id': 'v2.1',
            'status': 'CURRENT',
            'version': '2.96',
            'min_version': '2.1',
        },
    ]
}


class _Handler(server.BaseHTTPRequestHandler):
    def do_GET(self):
        site = self.server.site
        site.asked.append((self.path, dict(self.headers)))
        if site.hangs:
            site.ended.wait(30)
            return
        site.ended.wait(site.delay_s)
        status, headers, body = site.answers.get(
            self.path, (site.status, {}, site.body)
        )
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._drip(json.dumps(body).encode())

    def _drip(self, body):
        if not self.server.site.drips:
            self.wfile.write(body)
            return
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            if self.server.site.ended.wait(0.05):
                return

    def date_time_string(self, timestamp=None):
        return utils.formatdate(time.time() + self.server.site.skew_s)

    def log_message(self, *words):
        """Tests have what was asked in ``asked``."""


class _Server(server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        """A client that refuses our certificate is none."""


class Site:
    """Change the public attributes; the next call sees it."""

    def __init__(self, context=None):
        self.status, self.body, self.answers = 200, NOVA, {}
        self.delay_s = self.skew_s = 0
        self.hangs = self.drips = False
        self.asked = []
        self.ended = threading.Event()
        self._server = _Server(('127.0.0.1', 0), _Handler)
        self._server.site = self
        self.use(context)
        threading.Thread(
            target=self._server.serve_forever,
            kwargs={'poll_interval': 0.02},
            daemon=True,
        ).start()

    def use(self, context):
        """From now on with another certificate."""
        self._scheme = 'http'
        if context:
            self._scheme = 'https'
            self._server.socket = context.wrap_socket(
                self._server.socket,
                server_side=True,
                do_handshake_on_connect=False,
            )

    @property
    def port(self):
        return self._server.server_port

    def url(self, path='', host='127.0.0.1'):
        return f'{self._scheme}://{host}:{self.port}{path}'

    def close(self):
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()


class Authority:
    """A CA, and server contexts with certificates of it."""

    def __init__(self, folder, name='Test CA'):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        now = datetime.datetime.now(datetime.UTC)
        self._own = (
            _builder(self._name, self._name, self._key, now, 100)
            .add_extension(x509.BasicConstraints(True, None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / 'ca.pem'
        self.file.write_bytes(_pem(self._own))

    def context(
        self, days=90, names=('127.0.0.1',), signed=True, subject='test'
    ):
        """For a server.

        :param days: to its end, below 0 for one that is over
        :param signed: by us; else by itself
        """
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.UTC)
        mine = _name(subject)
        made = _builder(
            mine,
            self._name if signed else mine,
            key,
            now,
            days,
        )
        if names:
            made = made.add_extension(
                x509.SubjectAlternativeName([*map(_alternative, names)]),
                critical=False,
            )
        made = made.sign(self._key if signed else key, hashes.SHA256())
        file = self._folder / f'{made.serial_number}.pem'
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + _pem(made)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@contextlib.contextmanager
def closing():
    """Gives a function that makes sites, all ended at the end."""
    made = []

    def make(context=None):
        made.append(Site(context))
        return made[-1]

    try:
        yield make
    finally:
        for site in made:
            site.close()


def _name(common):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(subject, issuer, key, now, days):
    day = datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 365 * day)
        .not_valid_after(now + days * day)
    )


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)
