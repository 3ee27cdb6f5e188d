"""A WSGI server of threads, enough for a demo on loopback."""

import socketserver
import tempfile
import threading
from wsgiref import simple_server


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def server_bind(self):
        # Without HTTPServer's look-up of our name, which may take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()


class Handler(simple_server.WSGIRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def log_message(self, *args):
        """Say nothing: the services log their requests themselves."""

    def address_string(self):
        return self.client_address[0]

    def parse_request(self):
        """Take in a body of unknown length: clients send images so."""
        if not super().parse_request():
            return False
        if self.headers.get('Transfer-Encoding', '').lower() == 'chunked':
            self.rfile, length = _dechunk(self.rfile)
            del self.headers['Transfer-Encoding']
            self.headers['Content-Length'] = str(length)
        return True


def _dechunk(stream):
    body = tempfile.SpooledTemporaryFile(1 << 20)  # noqa: SIM115
    while size := int(stream.readline().partition(b';')[0], 16):
        body.write(stream.read(size))
        stream.readline()
    # What may follow, up to an empty line, tells nothing of the body.
    while stream.readline().strip():
        pass
    length = body.tell()
    body.seek(0)
    return body, length


def listen(application, port):
    server = simple_server.make_server(
        '127.0.0.1', port, application, Server, Handler
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print('listening on port', port, flush=True)
