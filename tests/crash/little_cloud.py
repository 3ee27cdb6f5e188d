"""A cloud of two verbs that counts what was put into effect.

It lives in the test's process, so it outlives every worker.
"""

import collections
from collections.abc import Iterator
import contextlib
from http import server
import json
import threading
import time
from urllib import parse


class LittleCloud:
    """Values that are set, and things that are made: twice when told twice.

    :ivar effects: how often a value was changed or a thing made, by its name
    :ivar together: pairs of processes whose calls for one task met
    :ivar most: so many calls for steps of a lane met, at most
    :ivar last_pid: of who called last
    """

    def __init__(self):
        self.takes_s = 0.0
        self.values: dict[str, int] = {}
        self.things: collections.Counter = collections.Counter()
        self.effects: collections.Counter = collections.Counter()
        self.together: list[tuple[str, str]] = []
        self.most: collections.Counter = collections.Counter()
        self.last_pid = 0
        self._under_way: collections.Counter = collections.Counter()
        self._in_lane: collections.Counter = collections.Counter()
        self._lock = threading.Lock()

    @property
    def is_idle(self) -> bool:
        with self._lock:
            return not +self._under_way

    def answer(self, verb: str, name: str, asked: dict) -> dict:
        """Each call takes its time before and after it is in effect."""
        me = asked['task'], asked['pid']
        self._begin(*me, asked['lane'])
        try:
            time.sleep(self.takes_s / 2)
            with self._lock:
                told = getattr(self, f'_{verb.lower()}')(name, asked)
            time.sleep(self.takes_s / 2)
            return told
        finally:
            with self._lock:
                self._under_way[me] -= 1
                self._in_lane[asked['lane']] -= 1

    def _begin(self, task, pid, lane):
        with self._lock:
            self.last_pid = pid
            self.together += [
                (pid, other)
                for (its, other), calls in self._under_way.items()
                if calls and its == task and other != pid
            ]
            self._under_way[task, pid] += 1
            self._in_lane[lane] += 1
            self.most[lane] = max(self.most[lane], self._in_lane[lane])

    def _get(self, name, asked):
        return {'value': self.values.get(name), 'things': self.things[name]}

    def _put(self, name, asked):
        if self.values.get(name) != asked['value']:
            self.values[name] = asked['value']
            self.effects[name] += 1
        return {}

    def _post(self, name, asked):
        self.things[name] += 1
        self.effects[name] += 1
        return {}


class _Server(server.ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    cloud: LittleCloud


class _Handler(server.BaseHTTPRequestHandler):
    def _answer(self):
        length = int(self.headers.get('Content-Length', 0))
        body = self.rfile.read(length)
        if len(body) < length:
            # Who asked died while he did.
            return
        asked = json.loads(body)
        name = parse.unquote(self.path.strip('/'))
        told = self.server.cloud.answer(self.command, name, asked)
        body = json.dumps(told).encode()
        # Who asked may be dead.
        with contextlib.suppress(ConnectionError):
            self.send_response(200)
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = _answer  # noqa: N815

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(cloud: LittleCloud, port: int = 0) -> Iterator[str]:
    """Its address; nothing answers there before and after."""
    with _Server(('127.0.0.1', port), _Handler) as served:
        served.cloud = cloud
        thread = threading.Thread(target=served.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f'http://127.0.0.1:{served.server_port}'
        finally:
            served.shutdown()
            thread.join()
