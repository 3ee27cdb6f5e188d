"""The command ``rey-dashboard``: exit 0 well, 1 not well, 2 wrong use."""

import argparse
import json
import os
import resource
import sys
import threading

import django
from django import db
from django.core import exceptions
from django.utils import timezone

from rey_dashboard.setup import horizon
from rey_dashboard.setup import secret_key
from rey_dashboard.setup import verbs as setup

#: As many days as the first collection reads (inventory/usage.py).
MOST_HOURS_AGAIN = 30


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    # The settings of the Horizon in this Python environment.
    os.environ.setdefault(
        'DJANGO_SETTINGS_MODULE', 'openstack_dashboard.settings'
    )
    try:
        secret_key.spare()
        horizon.make_importable()
        if not arguments.sets_up:
            django.setup()
        return arguments.run(arguments)
    except exceptions.ImproperlyConfigured as error:
        return _complain(
            f'Wrong settings: {error}',
            "Look at REY_DASHBOARD and DATABASES in Horizon's settings.",
        )
    except db.Error as error:
        # Not before Django is set up.
        from rey_dashboard.inventory import databases

        explained = databases.explain(error)
        return _complain(explained.words, explained.remedy)


def _parser():
    parser = argparse.ArgumentParser(
        prog='rey-dashboard', description='Cloud Operations for Horizon.'
    )
    # A command that loads Horizon's settings by itself, or does without
    # them, says so.
    parser.set_defaults(sets_up=False)
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    collect = commands.add_parser(
        'collect',
        help='read the cloud once into the database, and let the checks look',
    )
    collect.add_argument('--json', action='store_true', help='for machines')
    collect.add_argument(
        '--full',
        action='store_true',
        help='read everything, not the changes alone',
    )
    collect.add_argument(
        '--hours-again',
        type=int,
        choices=range(1, MOST_HOURS_AGAIN + 1),
        default=0,
        metavar='DAYS',
        help='read the hours of the last days (at most '
        f'{MOST_HOURS_AGAIN}) again; Nova may tell less of them than was '
        'stored',
    )
    collect.set_defaults(run=_collect)
    worker = commands.add_parser(
        'worker', help='read the cloud again and again, and work on tasks'
    )
    worker.set_defaults(run=_worker)
    work = commands.add_parser(
        'work', help='work on tasks until none is due, without a worker'
    )
    work.set_defaults(run=_work)
    notify = commands.add_parser(
        'notify', help='try the addresses that are told of ended tasks'
    )
    notify.add_argument(
        '--email', default='', help='for addresses with {email}'
    )
    notify.set_defaults(run=_notify)
    verify = commands.add_parser(
        'verify', help='keep how the cloud is before an update, and compare'
    )
    what = verify.add_mutually_exclusive_group(required=True)
    what.add_argument(
        '--baseline',
        nargs='?',
        const='',
        metavar='NAME',
        help='read the cloud, and keep how it is',
    )
    what.add_argument(
        '--compare',
        nargs='?',
        const='',
        metavar='NAME',
        help='read the cloud, and compare; without a name with the last one',
    )
    what.add_argument(
        '--check', metavar='FILE', help='is this copy of a report unchanged?'
    )
    verify.add_argument('--json', action='store_true', help='for machines')
    verify.set_defaults(run=_verify)
    setup.add(commands)
    check = commands.add_parser(
        'check', help='look whether all is well, and tell what to do'
    )
    check.add_argument('--json', action='store_true', help='for machines')
    check.add_argument(
        '--only',
        choices=('horizon', 'database', 'cloud'),
        help='look at one area alone',
    )
    check.set_defaults(run=_check, sets_up=True)
    return parser


def _collect(arguments):
    from rey_dashboard import worker
    from rey_dashboard.checks import notices
    from rey_dashboard.cloud import faults
    from rey_dashboard.inventory import databases
    from rey_dashboard.inventory import lease

    begun = timezone.now()
    databases.limit_waits()
    try:
        states = worker.collect_once(
            hours_again=arguments.hours_again, full=arguments.full
        )
    except faults.ALL as error:
        explained = faults.explain(error)
        return _complain(explained.words, explained.remedy)
    except lease.Held as error:
        return _complain(str(error), 'Try again later.')
    if arguments.json:
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            json.dumps(
                {
                    'peak_memory_mib': peak_kib // 1024,
                    'parts': [_record(state, begun) for state in states],
                },
                indent=1,
            )
        )
    else:
        for state in states:
            _tell(state, begun)
    told = notices.Notices(threading.Event())
    worker.look_once(states[0].region, told)
    told.close()
    return 1 if any(state.failing_since for state in states) else 0


def _worker(arguments):
    from rey_dashboard import worker
    from rey_dashboard.inventory import databases

    databases.limit_waits()
    worker.run_forever()
    return 0


def _work(arguments):
    from rey_dashboard.cloud import faults
    from rey_dashboard.inventory import databases
    from rey_dashboard.tasks import ticking

    databases.limit_waits()
    try:
        ticking.work_once()
    except faults.ALL as error:
        explained = faults.explain(error)
        return _complain(explained.words, explained.remedy)
    return 0


def _notify(arguments):
    from rey_dashboard import conf
    from rey_dashboard.tasks import notices

    settings = conf.current()
    if not settings.NOTIFY:
        return _complain(
            'Nobody is to be told.', 'Set NOTIFY in REY_DASHBOARD.'
        )
    failed = 0
    for place, address in enumerate(settings.NOTIFY, 1):
        try:
            sent = notices.send(
                address,
                arguments.email,
                'Cloud Operations: a trial',
                'Ended tasks will be told here.',
            )
        except notices.CannotSend as error:
            failed += 1
            print(f'Address {place}: {error}', file=sys.stderr)
        else:
            print(f'Address {place}: {"sent" if sent else "needs --email"}')
    return 1 if failed else 0


def _verify(arguments):
    from rey_dashboard.inventory import databases
    from rey_dashboard.verification import command

    databases.limit_waits()
    return command.run(arguments)


def _check(arguments):
    from rey_dashboard.setup import check

    return check.run(arguments.only, arguments.json)


def _tell(state, begun):
    if state.started_at < begun:
        print(f'{state.name:<16} not due')
        return
    print(
        f'{state.name:<16} {state.rows or 0:>8} rows '
        f'{state.calls or 0:>6} calls {state.took or 0:>8.1f} s  '
        f'{"failed" if state.failing_since else "ok"}'
    )
    if state.failing_since:
        print(f'  {state.error}\n  {state.remedy}')


def _record(state, begun):
    return {
        'part': state.name,
        'read_now': state.started_at >= begun,
        'rows': state.rows,
        'calls': state.calls,
        'seconds': state.took,
        'last_good_at': state.last_good_at and state.last_good_at.isoformat(),
        'error': state.error,
        'remedy': state.remedy,
        'request_id': state.request_id,
    }


def _complain(words, remedy):
    print(words, file=sys.stderr)
    if remedy:
        print(remedy, file=sys.stderr)
    return 1
