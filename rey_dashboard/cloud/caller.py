"""On whose behalf a thread calls: for calls of steps of tasks."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import contextvars
import dataclasses


@dataclasses.dataclass(frozen=True)
class Caller:
    """Who calls.

    :param request_id: that its calls bear
    :param may_call: called right before each; it raises when none may go out
    """

    request_id: str
    may_call: Callable[[], None]


_CALLER: contextvars.ContextVar[Caller | None] = contextvars.ContextVar(
    'caller', default=None
)


@contextlib.contextmanager
def calling(request_id: str, may_call: Callable[[], None]) -> Iterator[None]:
    """Makes the calls of this thread this caller's, whatever session."""
    token = _CALLER.set(Caller(request_id, may_call))
    try:
        yield
    finally:
        _CALLER.reset(token)


def current() -> Caller | None:
    return _CALLER.get()
