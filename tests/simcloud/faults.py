"""What goes wrong with the simulated cloud when a test asks for it."""

from collections.abc import Callable
import dataclasses
import json
import threading

KINDS = {
    'status': 'answers `status` with `headers` and `body`',
    'hang': 'answers rightly, but only after `seconds`',
    'lost': 'does what was asked, and closes the connection without a word',
    'cut_body': 'closes the connection in the middle of a right answer',
    'broken_json': 'half of a right answer, as if it were all',
    'html': 'a page of HTML with status 200',
    'cut_page': 'at most `rows` rows and no link to more',
    'loop': 'ignores the marker, and always links to a next page',
    'refused': "the service's port is closed (all its paths)",
}
HTML = '<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>'


@dataclasses.dataclass
class Fault:
    """A fault in force until it happened ``times`` times or is cleared.

    :param after: this many matching calls go well before it
    """

    service: str
    path: str
    kind: str = 'status'
    status: int = 503
    headers: dict = dataclasses.field(default_factory=dict)
    body: object = None
    seconds: float = 60.0
    rows: int = 1
    after: int = 0
    times: int | None = None
    method: str | None = None
    happened: int = 0
    undo: Callable[[], None] = lambda: None

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f'{self.kind}: one of {", ".join(KINDS)}')
        self._over = threading.Event()

    def clear(self) -> None:
        """Ends it; who hangs in it goes on at once."""
        self._over.set()
        self.undo()

    def wait(self) -> None:
        self._over.wait(self.seconds)

    def meets(self, service: str, method: str, path: str) -> bool:
        """Whether it is this call's turn; counts the calls before it."""
        if (
            self._over.is_set()
            or self.service != service
            or self.method not in (None, method)
            or not path.startswith(self.path)
        ):
            return False
        if self.after:
            self.after -= 1
            return False
        if self.times is not None and self.happened >= self.times:
            return False
        self.happened += 1
        return True

    @property
    def text(self) -> str:
        """The body that it answers with."""
        if self.kind == 'html':
            return HTML if self.body is None else self.body
        if isinstance(self.body, str):
            return self.body
        words = {'message': 'out of order', 'code': self.status}
        told = {'error': words} if self.body is None else self.body
        return json.dumps(told)


class Faults:
    """Those in force; the latest ordered goes first."""

    def __init__(self):
        self._ordered = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._ordered.insert(0, fault)
        return fault

    def take(self, service: str, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self._ordered:
                if fault.kind != 'refused' and fault.meets(
                    service, method, path
                ):
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            ordered, self._ordered = self._ordered, []
        for fault in ordered:
            fault.clear()
