"""Whether the worker and the web server can use the database."""

from collections.abc import Iterator
import datetime
import os
import pathlib
import socket

from django import db
from django.core import exceptions
from django.db.migrations import executor as migrations
from django.utils import timezone

from rey_dashboard.inventory import databases
from rey_dashboard.inventory import models
from rey_dashboard.setup import checks_writing
from rey_dashboard.setup import verdict as verdict_

_APP = 'rey_dashboard'
#: How far back the hosts of workers are looked at.
_RECENT = datetime.timedelta(days=1)
#: File systems on which SQLite's write-ahead log does not work.
_REMOTE = frozenset(
    {
        'afs',
        'ceph',
        'cifs',
        'fuse.ceph',
        'fuse.glusterfs',
        'fuse.sshfs',
        'gfs2',
        'glusterfs',
        'lustre',
        'nfs',
        'nfs4',
        'ocfs2',
        'smb3',
    }
)


def verdicts() -> Iterator[verdict_.Verdict]:
    reached = reach()
    yield reached
    if reached.state is not verdict_.State.WELL:
        return
    migrated = tables()
    yield migrated
    if migrated.state is not verdict_.State.WELL:
        return
    yield checks_writing.writing()
    worker = checks_writing.worker()
    if worker:
        yield worker
    yield checks_writing.web_server()
    yield one_host()


def reach() -> verdict_.Verdict:
    """Whether it answers; a file that is missing is not made by looking."""
    name = 'Database'
    file = None
    try:
        file = databases.file()
        if file and not file.exists():
            return verdict_.not_well(
                name,
                f'There is no file {file}.',
                f'Make it with its tables: {databases.MIGRATE}',
            )
        db.connection.ensure_connection()
    except (db.Error, exceptions.ImproperlyConfigured, OSError) as error:
        who = checks_writing.user_name(os.geteuid())
        return verdict_.not_well(
            name,
            f'The user {who} cannot use it: {_words(error)}',
            checks_writing.remedy(error)
            if file
            else "Look at DATABASES in Horizon's settings (rey-dashboard "
            'setup writes it), and whether the server that it names answers.',
        )
    return verdict_.well(
        name, f'{db.connection.display_name} answers{_of_file()}.'
    )


def tables() -> verdict_.Verdict:
    """Whether they are at the migration of this code, neither side of it."""
    name = 'Tables'
    try:
        executor = migrations.MigrationExecutor(db.connection)
    except db.Error as error:
        return verdict_.not_well(
            name,
            f'They cannot be read: {_words(error)}',
            databases.MIGRATE,
        )
    loader = executor.loader
    ahead = [
        migration
        for app, migration in loader.applied_migrations
        if app == _APP and (app, migration) not in loader.disk_migrations
    ]
    if ahead:
        return verdict_.not_well(
            name,
            f'They were made by a newer version ({max(ahead)}).',
            'Install that version of rey-dashboard again, or restore the '
            'database from before the upgrade.',
        )
    targets = loader.graph.leaf_nodes(_APP)
    missing = [
        migration.name
        for migration, _backwards in executor.migration_plan(targets)
        if migration.app_label == _APP
    ]
    if missing:
        return verdict_.not_well(
            name,
            f'They lack {", ".join(missing)}.',
            f'Stop the worker, and migrate: {databases.MIGRATE}',
        )
    return verdict_.well(name, f'They are at {targets[0][1]}.')


def one_host(mounts: str = '/proc/mounts') -> verdict_.Verdict:
    """Whether SQLite is used from several hosts, as far as it shows.

    Workers leave their host's name. A web server leaves nothing.
    """
    name = 'One host with SQLite'
    file = databases.file()
    if not file:
        return verdict_.well(
            name,
            f'{db.connection.display_name} may be used from many hosts.',
        )
    remedy = (
        'Use MariaDB or PostgreSQL for several hosts (DATABASES in '
        "Horizon's settings), or keep Horizon and the worker on one."
    )
    kind = _file_system(file, mounts)
    if kind in _REMOTE:
        return verdict_.not_well(
            name,
            f'{file} lies on {kind}: there SQLite loses data.',
            remedy,
        )
    hosts = sorted(
        models.Worker.objects.filter(
            seen_at__gt=timezone.now() - _RECENT
        ).values_list('host', flat=True)
    )
    if len(hosts) > 1:
        return verdict_.not_well(
            name,
            f'Workers of {", ".join(hosts)} used it within a day.',
            remedy,
        )
    here = socket.gethostname()
    if hosts and hosts != [here]:
        return verdict_.unknown(
            name,
            f'The worker runs on {hosts[0]}, this on {here}. Two containers '
            'of one machine may do so, two machines may not.',
            remedy,
        )
    return verdict_.well(
        name,
        f'Only {here} shows. (A Horizon on another host would leave no '
        'trace here; each needs the same database.)',
    )


def _of_file():
    return f' from {databases.file()}' if databases.file() else ''


def _words(error):
    return ' '.join(str(error).split()) or type(error).__name__


def _file_system(path, mounts):
    """The kind of file system that a path lies on; nothing when not told."""
    try:
        lines = pathlib.Path(mounts).read_text().splitlines()
    except OSError:
        return ''
    kind, longest = '', -1
    for line in lines:
        _device, point, its_kind, *_rest = line.split(' ')
        # A space in a name is written so.
        point = point.replace('\\040', ' ')
        if path.is_relative_to(point) and len(point) >= longest:
            kind, longest = its_kind, len(point)
    return kind
