"""Makes a project's tables by its own manage command, once.

The command runs in a fork of the process that will serve the project: what
the two import is read once, and what the command sets up does not stay.
"""

import os
import sys
import traceback

from democloud import places


def make(project, databases, main, commands):
    """Make the databases unless they were made: commands are argv tails.

    Half-made ones, of an interrupted start, are thrown away.
    """
    mark = places.data('db', project + '.made')
    if mark.exists():
        return
    for name in databases:
        for ending in ('', '-wal', '-shm'):
            file = places.database(name)
            file.with_name(file.name + ending).unlink(missing_ok=True)
    for command in commands:
        _fork(main, [project + '-manage', *command])
    mark.touch()


def _fork(main, argv):
    sys.stdout.flush()
    child = os.fork()
    if not child:
        _run(main, argv)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        raise SystemExit('%s failed (%d)' % (' '.join(argv), status))


def _run(main, argv):
    status = 1
    sys.argv = argv
    try:
        status = main() or 0
    except SystemExit as end:
        status = end.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 1)
