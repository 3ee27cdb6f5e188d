"""Runs in a process of its own, with Horizon's settings as they are then.

``setup`` changes these settings between two steps, and Django reads them but
once in a process.
"""

import contextlib
import hashlib
from importlib import metadata
import json
import os
import sys

import django
from django import db
from django.conf import settings
from django.core import exceptions
from django.core import management
from django.db.migrations import recorder

from rey_dashboard.setup import database
from rey_dashboard.setup import secret_key

#: What decides which static files there are, beside what is installed.
STATIC_SETTINGS = (
    'COMPRESS_ENABLED',
    'COMPRESS_OFFLINE',
    'DEFAULT_THEME',
    'STATIC_URL',
    'WEBROOT',
)
_PATIENCE_S = 10
_TRIAL = 'rey_dashboard_trial'


def main(argv: list[str]) -> int:
    secret_key.spare()
    os.environ['DJANGO_SETTINGS_MODULE'] = 'openstack_dashboard.settings'
    order, *rest = argv
    # Settings may print what they like; the answer alone goes to stdout.
    with contextlib.redirect_stdout(sys.stderr):
        answer = ORDERS[order](*rest)
    print(json.dumps(answer))
    return 0


def _tell():
    default = settings.DATABASES.get('default', {}).get('ENGINE', '')
    dashboards = settings.HORIZON_CONFIG.get('dashboards', ())
    return {
        'database': '' if default.endswith('.dummy') else default,
        'registered': 'rey' in dashboards,
        'keystone': getattr(settings, 'OPENSTACK_KEYSTONE_URL', ''),
        'secret_key': secret_key.file,
        'static_root': settings.STATIC_ROOT,
        'compress_root': getattr(settings, 'COMPRESS_ROOT', None),
        'compress': _compressed_before(),
        'static': _static_digest(),
    }


def _compressed_before():
    return bool(
        getattr(settings, 'COMPRESS_ENABLED', True)
        and getattr(settings, 'COMPRESS_OFFLINE', False)
    )


def _static_digest():
    """One version of all packages and one set of settings has one."""
    packages = sorted(
        f'{found.name} {found.version}' for found in metadata.distributions()
    )
    values = [repr(getattr(settings, name, None)) for name in STATIC_SETTINGS]
    styles = repr(settings.HORIZON_CONFIG.get('scss_files'))
    # Without their titles: nothing is translated before Django is set up.
    themes = [repr((row[0], row[2])) for row in settings.AVAILABLE_THEMES]
    text = '\n'.join([*packages, *values, styles, *themes])
    return hashlib.sha256(text.encode()).hexdigest()


def _collect_static(folder):
    django.setup()
    settings.STATIC_ROOT = settings.COMPRESS_ROOT = folder
    management.call_command('collectstatic', interactive=False, verbosity=0)
    if _compressed_before():
        management.call_command('compress', force=True, verbosity=0)
    return {'compressed': _compressed_before()}


def _migrate(*target):
    # Ours alone: Horizon's own apps need no tables.
    django.setup()
    management.call_command(
        'migrate', 'rey_dashboard', *target, interactive=False, verbosity=1
    )
    if target:
        _drop_empty_list()
    return {}


def _drop_empty_list():
    """Django's own list of migrations, when no other app has one in it."""
    list_ = recorder.MigrationRecorder(db.connection)
    if list_.has_table() and not list_.applied_migrations():
        with db.connection.schema_editor() as editor:
            editor.delete_model(list_.Migration)


def _reach(*making):
    """The database of the standard input; nothing of Horizon is read."""
    given = json.load(sys.stdin)
    given['OPTIONS'] = {'connect_timeout': _PATIENCE_S, **given['OPTIONS']}
    settings.configure(DATABASES={'default': given})
    database.find_mysqldb()
    try:
        with db.connection.cursor() as cursor:
            if making:
                _try_tables(cursor)
    except (db.Error, exceptions.ImproperlyConfigured) as error:
        return {'error': ' '.join(str(error).split())}
    return {'error': ''}


def _try_tables(cursor):
    mysql = db.connection.vendor == 'mysql'
    cursor.execute(
        'SELECT @@character_set_database' if mysql else 'SHOW server_encoding'
    )
    (letters,) = cursor.fetchone()
    if letters not in ('utf8mb4', 'UTF8'):
        raise db.DatabaseError(f'Its character set is {letters}.')
    cursor.execute(f'CREATE TABLE {_TRIAL} (id INTEGER)')
    cursor.execute(f'DROP TABLE {_TRIAL}')


def _tables():
    django.setup()
    try:
        management.call_command('migrate', 'rey_dashboard', check_unapplied=1)
    except SystemExit:
        return {'there': False}
    return {'there': True}


ORDERS = {
    'tell': _tell,
    'reach': _reach,
    'static': _collect_static,
    'migrate': _migrate,
    'tables': _tables,
}

if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
