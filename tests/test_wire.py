"""Nothing leaves for a cloud when who calls may not call any more."""

import contextlib
import socket
import threading

from keystoneauth1 import exceptions
import pytest

from rey_dashboard.cloud import caller
from rey_dashboard.cloud import session


class Lost(Exception):
    """Of a lease."""


class Listener:
    """Answers nothing but what a test gives, and keeps what it got.

    :ivar answers: one for each connection, before which its bytes are read
    """

    def __init__(self, server):
        self.answers: list[bytes] = []
        self.got: list[bytes] = []
        self._server = server
        self.url = 'http://127.0.0.1:%d/' % server.getsockname()[1]

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                self._take(*self._server.accept())

    def _take(self, connection, _address):
        with connection:
            got = b''
            answer = self.answers.pop(0) if self.answers else None
            while not (answer and got.endswith(b'}')):
                more = connection.recv(65536)
                if not more:
                    break
                got += more
            self.got.append(got)
            if answer:
                connection.sendall(answer)


@pytest.fixture(autouse=True)
def no_network():
    """What all other tests are kept from: these listen themselves."""


@pytest.fixture
def listener():
    with socket.create_server(('127.0.0.1', 0)) as server:
        listener = Listener(server)
        thread = threading.Thread(target=listener.listen)
        thread.start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def _call(url, looks, **kwargs):
    """Loses the right to call at the look of this number."""
    seen = []

    def may_call():
        seen.append(1)
        if len(seen) == looks:
            raise Lost

    calling = session.Session(timeout=5)
    with caller.calling('req-1', may_call):
        try:
            return calling.request(url, 'POST', authenticated=False, **kwargs)
        finally:
            calling.session.close()


def test_nothing_leaves_when_the_lease_is_lost_at_last(listener):
    with pytest.raises(Lost):
        _call(listener.url, 1, json={'backup': {}})
    _wait_for(listener, 1)
    assert listener.got == [b'']


def test_no_body_leaves_when_it_is_lost_behind_the_headers(listener):
    with pytest.raises(Lost):
        _call(listener.url, 2, json={'backup': {}})
    _wait_for(listener, 1)
    assert listener.got[0].endswith(b'\r\n\r\n')
    assert b'Content-Length: 14\r\n' in listener.got[0]


def test_it_is_asked_again_before_each_new_try(listener):
    listener.answers = [
        b'HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n'
        b'Connection: close\r\n\r\n'
    ]
    with pytest.raises(Lost):
        _call(
            listener.url,
            3,
            json={'backup': {}},
            status_code_retries=1,
            retriable_status_codes=[503],
        )
    _wait_for(listener, 2)
    assert listener.got[0].endswith(b'{"backup": {}}')
    assert listener.got[1] == b''


def test_who_is_nobodys_caller_is_asked_nothing(listener):
    listener.answers = [
        b'HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n'
        b'Connection: close\r\n\r\n'
    ]
    with pytest.raises(exceptions.HttpError):
        session.Session(timeout=5).request(
            listener.url, 'POST', json={}, authenticated=False
        )


def _wait_for(listener, connections):
    """Its thread may not have seen yet that the connection ended."""
    for _ in range(500):
        if len(listener.got) >= connections:
            return
        threading.Event().wait(0.01)
    raise AssertionError(f'{len(listener.got)} connections ended')
