"""Start programs in the background, find them again and stop them.

A process is known by its id together with its start time: ids are used again
by the system. Every process also carries a mark in its environment, which its
children inherit, so that nothing is missed: neither a helper that left its
parent (oslo.privsep's do) nor a program that was started just before the
state could be written. Needs Linux's /proc.
"""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import time

MARK = 'REY_DEMO_PROCESSES'


class Processes:
    """The programs that one part of the demo started.

    The state file remembers them from one command to the next; their output
    goes to <name>.log in the log folder.
    """

    def __init__(self, state_file, log_folder):
        self.state_file = pathlib.Path(state_file)
        self.log_folder = pathlib.Path(log_folder)
        self._mark = '%s=%s' % (MARK, self.state_file)

    def names(self):
        return list(self._read())

    def log(self, name):
        return self.log_folder / (name + '.log')

    def spawn(self, name, command, env=None, cwd=None):
        """Start a program in a session of its own and remember it.

        Returns the Popen. env is the whole environment (default: ours).
        """
        env = self.marked(os.environ if env is None else env)
        self.log_folder.mkdir(parents=True, exist_ok=True)
        with self.log(name).open('ab') as out:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd or '/',
                start_new_session=True,
            )
        known = self._read()
        known[name] = [process.pid, _born(process.pid)]
        self._write(known)
        return process

    def marked(self, env):
        """The environment with our mark, for a program started elsewhere."""
        key, _, value = self._mark.partition('=')
        return {**env, key: value}

    def alive(self, name):
        """The process id, or 0 when it is not running."""
        pid, born = self._read().get(name, (0, 0))
        return pid if pid and _born(pid) == born else 0

    def forget(self, name):
        known = self._read()
        known.pop(name, None)
        self._write(known)

    def stop_all(self, patience_seconds=15):
        """Stop all: politely, then by force. Returns the names that ran."""
        _reap()
        running = [name for name in self.names() if self.alive(name)]
        targets = self._everything()
        for pid in {self.alive(name) for name in running}:
            _send(pid, signal.SIGTERM)
        _wait_gone(targets, patience_seconds if running else 0)
        # What is left: the stubborn, and helpers that lost their parent.
        for sign, seconds in ((signal.SIGTERM, 2), (signal.SIGKILL, 5)):
            targets.update(self._everything())
            for pid in _still(targets):
                _send(pid, sign)
            _wait_gone(targets, seconds)
        self._write({})
        return running

    def report(self):
        """A list of dicts: name, pid (0: not running), rss_mib, log."""
        families = {}
        for pid in self._everything():
            families.setdefault(_group(pid), []).append(pid)
        rows = []
        for name in self.names():
            pid = self.alive(name)
            family = families.pop(pid, []) if pid else []
            rows.append(
                {
                    'name': name,
                    'pid': pid,
                    'rss_mib': sum(map(_rss_mib, family)),
                    'log': self.log(name),
                }
            )
        helpers = [pid for family in families.values() for pid in family]
        if helpers:
            rows.append(
                {
                    'name': 'helpers',
                    'pid': helpers[0],
                    'rss_mib': sum(map(_rss_mib, helpers)),
                    'log': None,
                }
            )
        return rows

    def _everything(self):
        """All living processes of ours: {pid: start time}."""
        found = {pid: _born(pid) for pid in _marked(self._mark)}
        for name in self.names():
            pid = self.alive(name)
            if pid:
                found[pid] = _born(pid)
        return {pid: born for pid, born in found.items() if born}

    def _read(self):
        try:
            return json.loads(self.state_file.read_text())
        except FileNotFoundError:
            return {}

    def _write(self, known):
        if not known and not self.state_file.exists():
            return
        write_whole(self.state_file, json.dumps(known, indent=1) + '\n')


def write_whole(path, text):
    """Write a file that only its owner may read, all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + '.new')
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(path)


def _stat(pid):
    """The fields of /proc/<pid>/stat from the state on, [] when gone."""
    try:
        text = pathlib.Path('/proc/%d/stat' % pid).read_text()
    except OSError:
        return []
    # The program's name stands in brackets and may itself hold brackets.
    fields = text.rpartition(')')[2].split()
    return [] if fields[0] == 'Z' else fields


def _born(pid):
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def _group(pid):
    fields = _stat(pid)
    return int(fields[2]) if fields else 0


def _rss_mib(pid):
    fields = _stat(pid)
    pages = int(fields[21]) if fields else 0
    return pages * os.sysconf('SC_PAGE_SIZE') / 2**20


def _marked(mark):
    wanted = mark.encode()
    for folder in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            environ = (folder / 'environ').read_bytes()
        except OSError:
            # Gone by now, or another user's.
            continue
        if wanted in environ.split(b'\0'):
            yield int(folder.name)


def _send(pid, sign):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def _still(targets):
    return [pid for pid, born in targets.items() if _born(pid) == born]


def _wait_gone(targets, seconds):
    end = time.monotonic() + seconds
    while _still(targets) and time.monotonic() < end:
        _reap()
        time.sleep(0.05)


def _reap():
    """Let go of our own children that ended (a zombie keeps its id)."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
