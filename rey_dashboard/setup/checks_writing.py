"""Whether the worker and the web server may write the database.

With a server they all use one account. SQLite's file each user must be let
at, and its folder too, in which SQLite makes its journal.
"""

import grp
import os
import pathlib
import pwd
import stat
import subprocess
import uuid

from django import db
from django.db import transaction

from rey_dashboard.inventory import databases
from rey_dashboard.inventory import models
from rey_dashboard.setup import faults
from rey_dashboard.setup import horizon as horizons
from rey_dashboard.setup import record as records
from rey_dashboard.setup import secret_key
from rey_dashboard.setup import snippet
from rey_dashboard.setup import unit
from rey_dashboard.setup import verdict as verdict_

_WEB = 'Writing by web server'


def remedy(error: Exception) -> str:
    """What to do about what the database, or its file, said."""
    is_closed = (
        isinstance(error, OSError)
        or databases.kind_of(error) is databases.Kind.CLOSED
    )
    if databases.file() and is_closed:
        return _let()
    return databases.explain(error).remedy


def rights() -> str:
    """Whose SQLite's file and its folder are, as far as that is to be seen."""
    return '; '.join(map(_rights, (databases.file(), databases.file().parent)))


def writing() -> verdict_.Verdict:
    """Writes a row and takes it back, as the user who runs this."""
    name = 'Writing'
    who = user_name(os.geteuid())
    try:
        with transaction.atomic():
            models.Collector.objects.create(region=f'check {uuid.uuid4()}')
            transaction.set_rollback(True)
    except db.Error as error:
        words = ' '.join(str(error).split())
        return verdict_.not_well(
            name, f'The user {who} cannot write: {words}', remedy(error)
        )
    told = ', who may write anywhere' if os.geteuid() == 0 else ''
    return verdict_.well(name, f'Tried as {who}{told}, and taken back.')


def worker() -> verdict_.Verdict | None:
    """Nothing where this user may be the worker's, and tried it himself."""
    choices = _installed()['choices']
    if not databases.file() or not choices.get('units') or os.geteuid():
        return None
    try:
        user = pwd.getpwnam(choices['worker_user'])
    except KeyError:
        return verdict_.not_well(
            'Writing by worker',
            f'There is no user {choices["worker_user"]}.',
            'Make it with: rey-dashboard setup --systemd',
        )
    return _as('Writing by worker', user, _web_user())


def web_server() -> verdict_.Verdict:
    """Tried by root, where setup or the secret key tell the user's name."""
    if not databases.file():
        return verdict_.well(
            _WEB, 'It uses the same account, from the same settings.'
        )
    user = None if os.geteuid() else _web_user()
    if user:
        return _as(_WEB, user)
    return verdict_.unknown(
        _WEB,
        f'It is another process. {rights()}. Both must be writable for it.',
        "Try it as the web server's user (often horizon, www-data or "
        f'apache): sudo -u USER {unit.program()} check --only database',
    )


def user_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f'user {number}'


def _as(name, user, of_group=None):
    """What the rights of the files let a user do, as the kernel tells it."""
    group = (of_group or user).pw_gid
    beside = [
        databases.file().with_name(databases.file().name + end)
        for end in ('-wal', '-shm')
    ]
    paths = [
        databases.file(),
        databases.file().parent,
        *filter(pathlib.Path.exists, beside),
    ]
    closed = [
        str(path)
        for path in paths
        if subprocess.run(
            ['test', '-w', path],
            user=user.pw_uid,
            group=group,
            extra_groups=os.getgrouplist(user.pw_name, group),
            cwd='/',
            check=False,
        ).returncode
    ]
    if closed:
        return verdict_.not_well(
            name,
            f'The user {user.pw_name} may not write {", ".join(closed)}.',
            _let(),
        )
    return verdict_.well(
        name, f'The user {user.pw_name} may write the file and its folder.'
    )


def _let():
    return (
        'Give the users of the worker and of the web server a group that '
        f'may write {databases.file()} and its folder. {rights()}.'
    )


def _installed():
    """What setup wrote down, if it was setup who made all this."""
    try:
        horizon = horizons.find()
    except faults.NotWell:
        return {'choices': {}}
    folder = snippet.state_folder(horizon.snippets / snippet.NAME)
    facts = records.Record(folder).facts if folder else {}
    return {'choices': {}, **facts}


def _web_user():
    """Only where there is a witness: a wrong name is worse than none."""
    name = _installed()['choices'].get('web_user')
    try:
        if name:
            return pwd.getpwnam(name)
        # Horizon makes it for the user who reads its settings first.
        if owner := horizons.key_owner(secret_key.file):
            return owner
        # The data of what setup made is given to the web server's user.
        if _installed()['choices'] and databases.file().stat().st_uid:
            return pwd.getpwuid(databases.file().stat().st_uid)
    except KeyError:
        pass
    return None


def _rights(path):
    try:
        held = path.stat()
    except OSError:
        return f'{path} is hidden from {user_name(os.geteuid())}'
    try:
        group = grp.getgrgid(held.st_gid).gr_name
    except KeyError:
        group = held.st_gid
    return (
        f'{path} belongs to {user_name(held.st_uid)}:{group}, '
        f'{stat.filemode(held.st_mode)}'
    )
