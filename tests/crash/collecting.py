"""What the processes of a test do with their deployment's database."""

import contextlib
import io
import logging
import pathlib
import time

from django import apps
from django import db
from django.conf import settings
from django.core import management
from django.db import connection
from django.db import transaction
from django.db.migrations import executor
from django.db.models import QuerySet
from django.utils import timezone

from rey_dashboard import cli
from rey_dashboard import worker
from rey_dashboard.inventory import databases
from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import models
from tests import contents
from tests.crash import processes
from tests.simcloud import cloud as simulated

APP = 'rey_dashboard'
MADE_BY_DJANGO = ('BigAutoField', 'CompositePrimaryKey')
#: Compared as well.
MADE = (
    models.BackupChain,
    models.Domain,
    models.Pool,
    models.RoleAssignment,
    models.User,
    models.VolumeType,
)
KINDS = {
    'projects': models.Project,
    'servers': models.Server,
    'volumes': models.Volume,
    'snapshots': models.Snapshot,
    'backups': models.Backup,
}


def migrate(*target: str) -> None:
    management.call_command('migrate', APP, *target, verbosity=0)


def begin_anew() -> None:
    for model in apps.apps.get_app_config(APP).get_models():
        # What is only ever added to is emptied, too.
        QuerySet(model).delete()


def collect(full: bool = False) -> dict[str, str]:
    """The errors of the parts that failed."""
    states = worker.collect_once(full=full)
    return {row.name: row.error for row in states if row.failing_since}


def collect_well(full: bool = False) -> dict:
    """What a collection that must go well leaves."""
    failed = collect(full)
    assert not failed, failed
    return told()


def told() -> dict:
    failing = models.PartState.objects.exclude(failing_since=None)
    return {
        **contents.told(*MADE),
        'ids': ids(),
        'failing': list(failing.values_list('name', 'error')),
    }


def forget_the_lease() -> None:
    """As if the minute were over that it holds."""
    models.Collector.objects.update(lease_until=timezone.now())


def find_after_a_kill() -> dict[str, set[str]]:
    forget_the_lease()
    return ids()


def ids() -> dict[str, set[str]]:
    return {
        kind: set(model.objects.values_list('id', flat=True))
        for kind, model in KINDS.items()
    }


def take_the_lease_away() -> bool:
    """False if none is held, or its holder keeps SQLite's file locked.

    A server ends the transaction of a process that stands still.
    """
    if connection.vendor == 'sqlite':
        databases.WAIT_S = 0.1
    try:
        with transaction.atomic():
            row = models.Collector.objects.select_for_update().get()
            is_held = bool(row.lease_owner)
            row.lease_until = timezone.now()
            row.save()
    except db.OperationalError:
        return False
    return is_held


def command(*arguments: str, wait_s: int = 30) -> tuple[int, str]:
    """Status and words of ``rey-dashboard``."""
    databases.WAIT_S = wait_s
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        status = cli.main(list(arguments))
    return status, told.getvalue()


def work(log: str, every_s: int) -> None:
    """A worker until it is killed."""
    logging.basicConfig(filename=log, level='INFO')
    settings.REY_DASHBOARD = {'COLLECT_EVERY_S': every_s}
    worker.run_forever()


def ask_for_a_collection() -> None:
    freshness.request_refresh(simulated.REGION)


def hold_a_lock(begun: str) -> None:
    """As a forgotten shell does, until it is killed."""
    with transaction.atomic():
        row = models.Collector.objects.select_for_update().get()
        row.save()
        pathlib.Path(begun).touch()
        time.sleep(processes.PATIENCE_S)


def keep_open(begun: str) -> None:
    """As a worker does, until it is killed."""
    models.Collector.objects.get()
    pathlib.Path(begun).touch()
    time.sleep(processes.PATIENCE_S)


def migrations() -> list[str]:
    graph = executor.MigrationExecutor(connection).loader.graph
    return [
        name
        for app, name in graph.forwards_plan(graph.leaf_nodes(APP)[0])
        if app == APP
    ]


def migrate_and_add_rows(name: str) -> list[str]:
    """The tables as they are then, each with a row that holds the name."""
    migrate(name)
    state = executor.MigrationExecutor(connection).loader.project_state(
        (APP, name)
    )
    tables = list(state.apps.get_app_config(APP).get_models())
    for model in tables:
        wanted = [
            field
            for field in model._meta.concrete_fields
            if not (field.null or field.has_default())
            and field.get_internal_type() not in MADE_BY_DJANGO
        ]
        model.objects.create(**{
            field.attname: _value(field, name) for field in wanted
        })  # fmt: skip
    return [model.__name__ for model in tables]


def _value(field, text):
    now = timezone.now()
    # What is unique differs from version to version; the first row is there.
    number = 1 if field.is_relation else int(text[:4])
    return {
        'BooleanField': False,
        'DateField': now.date(),
        'DateTimeField': now,
        'JSONField': {},
    }.get(
        field.get_internal_type(),
        text[: field.max_length] if field.max_length else number,
    )


def texts() -> dict[str, list[str]]:
    """What the rows of each table have as their first text, in order."""
    found = {}
    for model in apps.apps.get_app_config(APP).get_models():
        first = next(
            field.name
            for field in model._meta.concrete_fields
            if field.get_internal_type() == 'CharField'
        )
        rows = model.objects.values_list(first, flat=True)
        found[model.__name__] = sorted(rows)
    return found
