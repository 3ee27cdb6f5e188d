"""A WSGI server of threads, enough for a demo on loopback."""

import socketserver
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


def listen(application, port):
    server = simple_server.make_server(
        '127.0.0.1', port, application, Server, Handler
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print('listening on port', port, flush=True)
