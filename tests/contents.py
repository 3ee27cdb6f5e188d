"""What a collection left in the tables, to be compared."""

from django.db import models as db_models

from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import rhythm

#: What is compared: the tables, and the columns that changes do not tell.
TABLES = {
    models.Server: rhythm.UNTOLD[parts.SERVERS],
    models.Volume: rhythm.UNTOLD[parts.VOLUMES],
    models.Snapshot: rhythm.UNTOLD[parts.SNAPSHOTS],
    models.Backup: rhythm.UNTOLD[parts.BACKUPS],
    models.Host: rhythm.UNTOLD[parts.HOSTS],
    models.Inventory: rhythm.UNTOLD[parts.HOSTS],
    # Nobody sets a quota in these histories, so limits agree as well.
    models.Quota: (),
    models.Project: (),
    models.ProjectSummary: (),
    models.DomainSummary: (),
}


def told(*more: type[db_models.Model]) -> dict[str, list[str]]:
    """All rows of all tables, without what tells when they were read."""
    found = {}
    for model in (*TABLES, *more):
        left_out = {'seen', 'generation', *TABLES.get(model, ())}
        names = [
            field.name
            for field in model._meta.concrete_fields
            if field.name not in left_out and not field.primary_key
        ]
        rows = model.objects.values_list(*names)
        found[model.__name__] = sorted(map(repr, rows))
    return found


def begin_anew() -> None:
    for model in (*TABLES, models.PartState, models.PartReading):
        model.objects.all().delete()
