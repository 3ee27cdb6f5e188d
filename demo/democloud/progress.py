"""What the demo's commands say while they work, and how they fail."""

import contextlib
import os
import sys
import threading
import time

CLOCK = 'DEMO_CLOCK'
# The clock counts from the boot of the machine, in all processes alike.
_started = float(os.environ.get(CLOCK) or time.monotonic())


class Trouble(Exception):
    """Something did not work: what it was, and what to do about it."""

    def __init__(self, what, remedy):
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self):
        return '%s\n%s' % (self.what, self.remedy)


def say(*words):
    """Print a line that begins with the seconds since the program began."""
    seconds = time.monotonic() - _started
    # In one piece: others write at the same time.
    text = ' '.join(str(word) for word in words)
    sys.stdout.write('[%5.1f s] %s\n' % (seconds, text))
    sys.stdout.flush()


def clock():
    """For the environment of a program whose seconds continue ours."""
    return {CLOCK: str(_started)}


@contextlib.contextmanager
def step(what, quiet_seconds=2, every_seconds=10):
    """Say that something runs, but only once it takes noticeably long."""
    done = threading.Event()

    def watch():
        wait = quiet_seconds
        while not done.wait(wait):
            say(what, '...')
            wait = every_seconds

    begin = time.monotonic()
    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
        say('%s: %.1f s' % (what, time.monotonic() - begin))
    finally:
        done.set()


def tail(path, lines=15):
    """The last lines of a log, for the message of a failure."""
    try:
        text = path.read_text(errors='replace')
    except OSError:
        return '(no log was written)'
    return '\n'.join('    ' + line for line in text.splitlines()[-lines:])


def run(main):
    """Run a command's main function and end with its exit status."""
    try:
        status = main()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print('Interrupted. Say it again to go on.', file=sys.stderr)
        status = 1
    except BrokenPipeError:
        # The reader of our output went away (`| head`).
        status = 1
    sys.exit(status or 0)
