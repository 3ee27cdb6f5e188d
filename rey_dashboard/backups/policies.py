"""What a policy says, and which volumes it reaches."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses

from django.db import connection
from django.db import models as db_models
from django.db.models import F
from django.db.models import Q
from django.db.models import QuerySet
from django.db.models.fields import json
from django.db.models.functions import Cast
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from rey_dashboard.backups import models
from rey_dashboard.backups import rates
from rey_dashboard.backups import schedule
from rey_dashboard.inventory import models as inventory
from rey_dashboard.inventory import scope as inventory_scope

#: Of a scope: what it lists must be read by people, and asked of a database.
MOST_VALUES = 500
#: A year of hours and of days; a run in every quarter of an hour for ten days.
MOST_H, MOST_DAYS, MOST_KEPT, MOST_MIN = 8784, 3660, 1000, 10080
MOST_AT_ONCE = 100


class Reach(db_models.TextChoices):
    """What a scope goes by."""

    ALL = 'all', _('all volumes')
    DOMAIN = 'domain', _('domains')
    PROJECT = 'project', _('projects')
    VOLUME_TYPE = 'volume_type', _('volume types')
    METADATA = 'metadata', _('metadata of the volume')
    LIST = 'list', _('a list of volumes')


@dataclasses.dataclass(frozen=True)
class Scope:
    """Of these any.

    :param values: ids of domains, projects or volumes, names of types, or
        ``key=value`` of metadata; none of ``ALL``
    """

    kind: str = Reach.ALL
    values: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Told:
    """What one version of a policy says; see the form for each in words.

    :param window_min: minutes after which nothing more of a run begins; 0 for
        no limit
    :param full_every: full when a chain has so many, 0 for never
    :param target_h: hours; none when it promises nothing
    :param container: of the backup storage; nothing for the service's own
    :param keep_last: so many of a volume are kept, ...
    :param keep_days: ... and all that are younger; with 0 for both all are
    :param at_once: of one back end
    """

    name: str = ''
    enabled: bool = False
    scope: Scope = Scope()
    cron: str = '0 1 * * *'
    time_zone: str = 'UTC'
    window_min: int = 0
    method: str = rates.INCREMENTAL
    full_every: int = 7
    target_h: int | None = None
    container: str = ''
    keep_last: int = 7
    keep_days: int = 0
    at_once: int = 2

    @property
    def keeps_all(self) -> bool:
        return not self.keep_last and not self.keep_days


#: The whole numbers: least and most.
NUMBERS: Mapping[str, tuple[int, int]] = {
    'window_min': (0, MOST_MIN),
    'full_every': (0, 1000),
    'keep_last': (0, MOST_KEPT),
    'keep_days': (0, MOST_DAYS),
    'at_once': (1, MOST_AT_ONCE),
}


def read(told: Mapping) -> Told:
    """Of a version's row; what another release adds is left out."""
    known = {field.name for field in dataclasses.fields(Told)}
    given = {name: told[name] for name in known & told.keys()}
    scope = given.get('scope', {})
    given['scope'] = Scope(
        scope.get('kind', Reach.ALL), tuple(scope.get('values', ()))
    )
    return Told(**given)


def written(told: Told) -> dict:
    """For a version's row."""
    scope = {'kind': str(told.scope.kind), 'values': list(told.scope.values)}
    return {**dataclasses.asdict(told), 'scope': scope}


def current(policy: models.BackupPolicy) -> Told:
    return read(policy.versions.get(version=policy.version).told)


def off(told: Told) -> Told:
    """The same, not enabled."""
    return dataclasses.replace(told, enabled=False)


def problems(told: Told) -> Iterator[tuple[str, str]]:
    """What cannot be used: names of fields, and words for people."""
    if not told.name.strip():
        yield 'name', _('Give it a name.')
    try:
        schedule.check(told.cron, told.time_zone)
    except schedule.WrongZone as error:
        yield 'time_zone', str(error)
    except schedule.Wrong as error:
        yield 'cron', str(error)
    yield from _problems_of_scope(told.scope)
    for name, (least, most) in NUMBERS.items():
        if not least <= getattr(told, name) <= most:
            yield (
                name,
                _('It must be %(least)d to %(most)d.')
                % {'least': least, 'most': most},
            )
    if told.target_h is not None and not 1 <= told.target_h <= MOST_H:
        yield 'target_h', _('It must be 1 to %d hours.') % MOST_H
    if told.method not in (rates.FULL, rates.INCREMENTAL):
        yield 'method', _('It is full or incremental.')


def _problems_of_scope(scope):
    if scope.kind not in Reach.values:
        yield 'kind', _('There is no such scope.')
    elif scope.kind != Reach.ALL and not scope.values:
        yield 'values', _('Say of which, one on each line.')
    if len(scope.values) > MOST_VALUES:
        yield (
            'values',
            _(
                'These are too many: %d at most. Go by a project, a type or '
                'metadata.'
            )
            % MOST_VALUES,
        )
    if scope.kind == Reach.METADATA:
        for value in scope.values:
            key, sign, _value = value.partition('=')
            if not key or not sign:
                yield 'values', _('Write metadata as key=value.')
                return
            if not _can_be_asked(key):
                yield (
                    'values',
                    _('A key cannot be used that is a number or has \\ or ".'),
                )
                return


def _can_be_asked(key):
    """Django takes a number for a place in a list; SQLite knows no escapes."""
    try:
        int(key)
    except ValueError:
        return not set('"\\') & set(key)
    return False


def reached(
    region: str, scope: Scope, domain_id: str = ''
) -> QuerySet[inventory.VolumeCoverage]:
    """Without those that need no backup.

    What nobody has judged yet, as it is new, comes with the next collection.

    :param domain_id: in which it stays, whatever the scope says
    """
    rows = inventory.VolumeCoverage.objects.filter(region=region).exclude(
        state=inventory.VolumeCoverage.State.EXCLUDED
    )
    if domain_id:
        rows = rows.filter(project_id__in=_projects_of(region, [domain_id]))
    return _NARROWED[scope.kind](rows, region, scope.values)


def unknown(
    seen: inventory_scope.Scope, scope: Scope, domain_id: str = ''
) -> list[str]:
    """Of a list the ids that no volume has.

    :param seen: by who asks: what he may not see is as what there is not
    :param domain_id: in which the policy stays
    """
    if scope.kind != Reach.LIST:
        return []
    rows = seen.volumes().filter(id__in=scope.values)
    if domain_id:
        rows = rows.filter(
            project_id__in=_projects_of(seen.region, [domain_id])
        )
    known = set(rows.values_list('id', flat=True))
    return [value for value in scope.values if value not in known]


def _projects_of(region, domain_ids):
    projects = inventory.Project.objects.filter(
        region=region, domain_id__in=domain_ids
    )
    return projects.values('id')


def _of_domains(rows, region, values):
    return rows.filter(project_id__in=_projects_of(region, values))


def _of_types(rows, _region, values):
    return rows.annotate(told_type=_exact(F('type'))).filter(
        told_type__in=values
    )


def _with_metadata(rows, region, values):
    pairs = [value.partition('=')[::2] for value in values]
    places = {key: f'said_{place}' for place, (key, _v) in enumerate(pairs)}
    wanted = Q(pk__in=())
    for key, value in pairs:
        wanted |= Q(**{places[key]: value})
    volumes = inventory.Volume.objects.filter(region=region).annotate(
        **{place: _exact(_text_of(key)) for key, place in places.items()}
    )
    return rows.filter(volume_id__in=volumes.filter(wanted).values('id'))


def _text_of(key):
    """As text; as a value of JSON Django would compare it with JSON."""
    return Cast(json.KeyTextTransform(key, 'metadata'), db_models.TextField())


def _exact(text):
    """MariaDB takes some words for the same, as people do."""
    if connection.vendor == 'mysql':
        return Collate(text, 'utf8mb4_bin')
    return text


_NARROWED = {
    Reach.ALL: lambda rows, _region, _values: rows,
    Reach.DOMAIN: _of_domains,
    Reach.PROJECT: lambda rows, _region, ids: rows.filter(project_id__in=ids),
    Reach.VOLUME_TYPE: _of_types,
    Reach.METADATA: _with_metadata,
    Reach.LIST: lambda rows, _region, ids: rows.filter(volume_id__in=ids),
}
