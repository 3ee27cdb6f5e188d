"""A service's port: a threaded server that can be closed and opened again."""

import socket
import threading

from werkzeug import serving

HOST = '127.0.0.1'


def _handler(clock):
    class Handler(serving.WSGIRequestHandler):
        def log_request(self, code='-', size='-'):
            """Tests have what the cloud was asked in ``calls``."""

        def date_time_string(self, timestamp=None):
            return clock.header()

    return Handler


class Port:
    """A free port of the loopback that stays ours while it is closed."""

    def __init__(self, application, clock, number: int = 0):
        self._application = application
        self._handler = _handler(clock)
        self._server = self._thread = None
        self._kept = self._bound(number)
        self.number = self._kept.getsockname()[1]
        self.open()

    @property
    def url(self) -> str:
        return f'http://{HOST}:{self.number}'

    def open(self) -> None:
        if self._server:
            return
        # Bound without listening, it refused; now the server takes it over.
        self._kept.listen(128)
        self._server = serving.make_server(
            HOST,
            self.number,
            self._application,
            threaded=True,
            request_handler=self._handler,
            fd=self._kept.fileno(),
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={'poll_interval': 0.05},
            name=f'simcloud-{self.number}',
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """From now on a connection to it is refused."""
        if self._stop():
            self._kept = self._bound(self.number)

    def end(self) -> None:
        self._stop()
        self._kept.close()

    def _stop(self):
        server, self._server = self._server, None
        if server is None:
            return False
        server.shutdown()
        self._thread.join()
        server.server_close()
        self._kept.close()
        return True

    def _bound(self, number):
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, number))
        return bound
