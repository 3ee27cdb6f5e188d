"""Runs the programs that `demo up` needs, some side by side.

When one fails, or the user has had enough, all are told to stop. They bear a
mark, so that `demo down` finds them even when `demo up` was killed.
"""

import concurrent.futures
import contextlib
import os
import signal
import subprocess
import threading

from democloud import dashboard_places
from democloud import processes
from democloud import progress

PATIENCE_SECONDS = 30

_children = set()
_guard = threading.Lock()
_stopping = threading.Event()


def builders():
    """The processes that make things, whoever started them."""
    return processes.Processes(
        dashboard_places.here('run', 'builders.json'),
        dashboard_places.here('log'),
    )


def run(what, command, log, env=None, cwd='/'):
    """Run a program to its end; its output goes to the log.

    Raises Trouble with the end of the log when it fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open('wb') as out:
        code = _call(command, out, env, cwd)
    if code:
        raise progress.Trouble(
            '%s failed (status %d):\n%s' % (what, code, progress.tail(log)),
            'Read %s, mend what it says and say the same again.' % log,
        )


def run_openly(what, command, env=None):
    """Run one of the demo's own commands, which speaks for itself."""
    code = _call(command, None, env, '/')
    if code:
        raise progress.Trouble(
            '%s failed (status %d).' % (what, code),
            'Look at its message above, then say the same again.',
        )


def _call(command, out, env, cwd):
    env = builders().marked(os.environ if env is None else env)
    with _guard:
        if _stopping.is_set():
            raise Stopped
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out and subprocess.STDOUT,
            env=env,
            cwd=cwd,
            # Ctrl-C is for us alone: we pass it on, once.
            start_new_session=True,
        )
        _children.add(child)
    try:
        code = child.wait()
    finally:
        _children.discard(child)
    if _stopping.is_set():
        raise Stopped
    return code


class Stopped(Exception):
    """Something else failed or the user interrupted: this is not to go on."""


def side_by_side(*functions):
    """Call them at the same time; the first failure ends all the others."""
    with concurrent.futures.ThreadPoolExecutor(len(functions)) as pool:
        calls = [pool.submit(function) for function in functions]
        try:
            for call in concurrent.futures.as_completed(calls):
                call.result()
        except BaseException:
            _stop(calls)
            raise


def _stop(calls):
    with _guard:
        _stopping.set()
        children = list(_children)
    for child in children:
        # As Ctrl-C does: the demo's own commands tidy up.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGINT)
    concurrent.futures.wait(calls, timeout=PATIENCE_SECONDS)
    for child in list(_children):
        child.kill()
