"""What the processes of a test do with their deployment's database."""

from django import apps
from django import db
from django.core import management
from django.db import connection
from django.db import transaction
from django.utils import timezone

from rey_dashboard import worker
from rey_dashboard.inventory import models
from tests import contents

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
    management.call_command('migrate', 'rey_dashboard', *target, verbosity=0)


def begin_anew() -> None:
    for model in apps.apps.get_app_config('rey_dashboard').get_models():
        model.objects.all().delete()


def collect(full: bool = False) -> dict[str, str]:
    """The errors of the parts that failed."""
    states = worker.collect_once(full=full)
    return {row.name: row.error for row in states if row.failing_since}


def collect_well(full: bool = False) -> dict[str, list[str]]:
    """What a collection that must go well leaves."""
    failed = collect(full)
    assert not failed, failed
    return told()


def told() -> dict[str, list[str]]:
    return contents.told(*MADE)


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
    """False if none is held, or its holder stands still in a transaction."""
    if connection.vendor == 'sqlite':
        connection.settings_dict['OPTIONS']['timeout'] = 0.1
    nowait = connection.features.has_select_for_update_nowait
    try:
        with transaction.atomic():
            rows = models.Collector.objects.select_for_update(nowait=nowait)
            (row,) = rows
            is_held = bool(row.lease_owner)
            row.lease_until = timezone.now()
            row.save()
    except db.OperationalError:
        return False
    return is_held
