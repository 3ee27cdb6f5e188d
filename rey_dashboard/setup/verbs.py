"""The verbs setup and remove: what they take, and how they tell."""

import dataclasses
import json
import pathlib
import sys

from rey_dashboard.setup import database as databases
from rey_dashboard.setup import faults
from rey_dashboard.setup import horizon as horizons
from rey_dashboard.setup import place as places
from rey_dashboard.setup import reach
from rey_dashboard.setup import record as records
from rey_dashboard.setup import run
from rey_dashboard.setup import service_user
from rey_dashboard.setup import snippet

_CHOICES = (
    'cloud',
    'clouds_yaml',
    'static',
    'units',
    'web_user',
    'worker_user',
)


def add(commands) -> None:
    """Adds both to the parser of ``rey-dashboard``."""
    setup = commands.add_parser(
        'setup',
        help='activate the dashboard in this Horizon',
        description='Activates the dashboard in the Horizon of this Python '
        'environment and tells each thing that it does. Said again, it '
        'changes nothing.',
    )
    remove = commands.add_parser(
        'remove', help='leave this Horizon as it was before setup'
    )
    for parser in (setup, remove):
        _shared(parser)
    _setup_options(setup)
    service_user.add_options(setup)
    remove.add_argument(
        '--purge', action='store_true', help='delete the data as well'
    )
    setup.set_defaults(run=_setup, sets_up=True)
    remove.set_defaults(run=_remove, sets_up=True)


def _shared(parser):
    parser.add_argument(
        '--horizon', metavar='FOLDER', help='that holds openstack_dashboard'
    )
    parser.add_argument(
        '--state-dir',
        metavar='FOLDER',
        help='of the database and of what setup did',
    )
    parser.add_argument(
        '--force',
        action='store_true',
        help='also files that were changed by hand',
    )
    parser.add_argument('--json', action='store_true', help='for machines')


def _setup_options(parser):
    parser.add_argument(
        '--dry-run', action='store_true', help='only tell what would be done'
    )
    parser.add_argument(
        '--database',
        metavar='URL',
        help='such as postgresql://USER:PASSWORD@HOST/NAME; "-" reads it '
        'from the standard input; SQLite without it',
    )
    parser.add_argument(
        '--database-password-env',
        metavar='NAME',
        help='environment variable of the web server and the worker with the '
        'password, which is then written nowhere',
    )
    parser.add_argument(
        '--cloud', metavar='NAME', help='entry of clouds.yaml (rey)'
    )
    parser.add_argument(
        '--no-static',
        action='store_const',
        const=False,
        dest='static',
        help='leave the static files to you',
    )
    parser.add_argument(
        '--systemd',
        action='store_const',
        const=places.UNITS,
        dest='units',
        help='a systemd unit for the worker',
    )
    parser.add_argument('--unit-folder', dest='units', metavar='FOLDER')
    for option in ('web-user', 'worker-user'):
        parser.add_argument(f'--{option}', metavar='NAME')


def _setup(arguments):
    if arguments.service_user:
        return _ending(service_user.run, arguments)
    if arguments.apply:
        return _wrong('--apply goes with --service-user.')
    return _ending(_set_up, arguments)


def _remove(arguments):
    return _ending(_take_back, arguments)


def _set_up(arguments):
    place = _place(arguments)
    _choose(place, arguments)
    making = bool(arguments.database) and not arguments.dry_run
    reach.server(place, making)
    told = _all_told(run.setup(place, arguments.dry_run), arguments.json)
    changed = any(row.state == run.DONE for row in told)
    restarts = run.restarts(place) if changed else []
    so = all(row.state == run.WELL for row in told)
    if so and not arguments.json:
        print('All is so already; nothing was changed.')
    return _end(told, restarts, arguments)


def _take_back(arguments):
    place = _place(arguments)
    if arguments.purge and place.record.facts:
        reach.server(place, making=False)
    told = _all_told(run.remove(place, arguments.purge), arguments.json)
    if not told:
        told = [run.Told('setup', run.WELL, 'Nothing of it is here.')]
        if not arguments.json:
            print(told[0].words)
    restarts = []
    if any(row.state == run.DONE for row in told):
        place.choices.units = ''
        restarts = run.restarts(place)[:-1]
        kept = _kept(place, arguments.purge)
        if kept and not arguments.json:
            print(f'The data is kept: {kept}')
    return _end(told, restarts, arguments)


def _kept(place, purge):
    """Where the data is that stays after all."""
    database = place.database
    if database and not database.sqlite:
        return '' if purge else database.words
    files = place.record.facts.get('databases', [])
    return next((name for name in files if pathlib.Path(name).exists()), '')


def _place(arguments):
    horizon = horizons.find(arguments.horizon)
    known = snippet.state_folder(horizon.snippets / snippet.NAME)
    folder = places.default_folder()
    if arguments.state_dir:
        folder = pathlib.Path(arguments.state_dir).absolute()
    elif known:
        folder = known
    record = records.Record(folder)
    record.belongs_to(horizon.package)
    if known and not record.facts:
        raise faults.NotWell(
            f'The settings are set up, but {record.path} is gone.',
            'Bring it back from a backup, or delete '
            f'{horizon.snippets / snippet.NAME} and begin anew.',
        )
    choices = places.Choices(**record.facts.get('choices', {}))
    return places.Place(horizon, record, choices, arguments.force)


def _choose(place, arguments):
    """The choices of before, with those that were told now."""
    choices = place.choices
    for name in _CHOICES:
        value = getattr(arguments, name)
        if value is not None:
            setattr(choices, name, value)
    if choices.units:
        choices.units = str(pathlib.Path(choices.units).absolute())
    if arguments.database:
        _choose_database(place, arguments)
    elif choices.database is None and not place.tell()['database']:
        file = place.record.folder / 'data' / 'rey_dashboard.sqlite3'
        choices.database = databases.sqlite(file).settings
    if place.database:
        databases.need_driver(place.database)
    if arguments.database_password_env:
        choices.password = f'env:{arguments.database_password_env}'
        place.secret = ''
    # Before anything is written: whom the files are for.
    place.web()


def _choose_database(place, arguments):
    url = arguments.database
    if url == '-':
        url = sys.stdin.readline().strip()
    database = databases.parse_url(url)
    place.choices.database = database.settings
    place.secret = database.password
    if database.password:
        file = place.record.folder / 'database-password'
        place.choices.password = f'file:{file}'
    else:
        place.choices.password = ''


def _all_told(steps, quiet):
    told = []
    for row in steps:
        told.append(row)
        if not quiet and (row.words or row.state != run.WELL):
            print(f'{row.step:<18} {row.state:<6} {row.words}', flush=True)
    return told


def _end(told, restarts, arguments):
    failed = [row for row in told if row.state == run.FAILED]
    if arguments.json:
        rows = [dataclasses.asdict(row) for row in told]
        answer = {'steps': rows, 'restart': restarts, 'well': not failed}
        print(json.dumps(answer, indent=1))
    elif restarts and not failed:
        print('\nNow, that it takes effect:')
        for command in restarts:
            print(f'  {command}')
    for row in failed:
        print(row.remedy, file=sys.stderr)
    return 1 if failed else 0


def _ending(work, arguments):
    try:
        return work(arguments)
    except faults.WrongUse as error:
        return _wrong(f'{error}\n{error.remedy}')
    except faults.NotWell as error:
        words, remedy = str(error), error.remedy
    except PermissionError as error:
        words, remedy = str(error), 'Say the same again as root.'
    if arguments.json:
        print(json.dumps({'well': False, 'error': words, 'remedy': remedy}))
    print(words, file=sys.stderr)
    print(remedy, file=sys.stderr)
    return 1


def _wrong(words):
    print(words, file=sys.stderr)
    return 2
