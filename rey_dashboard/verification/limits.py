"""Limits of quotas that differ, and whether a task of ours has set them."""

from collections.abc import Mapping

from rey_dashboard.inventory import models
from rey_dashboard.tasks import models as tasks
from rey_dashboard.verification import differences
from rey_dashboard.verification import points
from rey_dashboard.verification import snapshots

#: Of the kind of task that sets them.
SET_QUOTAS = 'set_quotas'
#: Projects that one line names.
NAMED = 5


def compare(pair: differences.Pair) -> differences.Differences:
    """One line for each change, with the projects that have it."""
    made, _is_known = pair.differences('quotas', 'Limits of quotas')
    parts_ = [
        part
        for part in snapshots.QUOTAS.values()
        if not _note_unread(made, pair, part)
    ]
    set_by_us = _set_since(pair)
    changes = {}
    for project_id, old, new in _of_both(pair):
        different = list(_different(old, new, parts_))
        made.same += not different
        for change in different:
            part, resource = change[:2]
            known = resource in set_by_us.get((project_id, part), ())
            meaning = points.CHANGED if known else points.WORSE
            changes.setdefault((meaning, *change), []).append(project_id)
    _tell(made, pair, changes)
    return made


def _note_unread(made, pair, part):
    why = pair.unread(part)
    if why:
        made.add(points.UNKNOWN, why)
    return why


def _of_both(pair):
    """New projects and those that are gone are nothing to compare."""
    before, now = pair.before['quotas'], pair.now['quotas']
    for project_id, place in before['projects'].items():
        if project_id in now['projects']:
            yield (
                project_id,
                before['sets'][place],
                now['sets'][now['projects'][project_id]],
            )


def _different(old: Mapping, new: Mapping, parts_):
    """A limit that only one of them has was not told by its service."""
    if old == new:
        return
    for part in parts_:
        was, is_ = old.get(part, {}), new.get(part, {})
        for resource in was.keys() & is_.keys():
            if was[resource] != is_[resource]:
                yield part, resource, was[resource], is_[resource]


def _set_since(pair):
    """Project and part -> resources that a task has set since."""
    steps = tasks.Step.objects.filter(
        task__region=pair.region,
        task__kind=SET_QUOTAS,
        state=tasks.Step.State.DONE,
        ended_at__gte=pair.taken_at,
    )
    found = {}
    for target, service, after in steps.values_list(
        'target', 'service', 'after'
    ).iterator():
        key = target, snapshots.QUOTAS.get(service)
        found.setdefault(key, set()).update(after)
    return found


def _tell(made, pair, changes):
    named = {
        project_id
        for projects in changes.values()
        for project_id in projects[:NAMED]
    }
    rows = models.Project.objects.filter(region=pair.region, id__in=named)
    names = dict(rows.values_list('id', 'name'))
    for change, projects in sorted(changes.items()):
        meaning, part, resource, old, new = change
        service = next(
            name for name, one in snapshots.QUOTAS.items() if one == part
        )
        told = [_named(one, names.get(one)) for one in projects[:NAMED]]
        more = len(projects) - len(told)
        if more:
            told.append(f'and {more:,} more')
        set_by = ', set by a task' if meaning == points.CHANGED else ''
        made.add(
            meaning,
            f'{service} {resource}: {new}, was {old}{set_by}: '
            + ', '.join(told),
        )


def _named(project_id, name):
    return f'{name} ({project_id})' if name else project_id
