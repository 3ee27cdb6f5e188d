"""What is found beside the directory, since it changes at once."""

from collections.abc import Iterator
import re

from rey_dashboard.inventory import looking_up
from rey_dashboard.inventory import models
from rey_dashboard.tasks import models as task_models
from rey_dashboard.tasks import seeing

#: More tell nobody anything.
MOST = 200
_BEGIN = 'req-'
_ID = re.compile(r'(?:req-)?([0-9a-f]{8}[0-9a-f-]*)')


def look_up(request, region: str, asked: str, kinds) -> dict[str, list]:
    """Kind -> hits, as ``looking_up`` has them."""
    asked = ' '.join(asked.replace('\0', '').split())
    found = {}
    if 'task' in kinds:
        found['task'] = list(_tasks(request, asked))
    if 'reading' in kinds:
        found['reading'] = list(_readings(region, asked))
    return found


def _tasks(request, asked) -> Iterator[looking_up.Hit]:
    """By number, title, a step's thing, and the request ids of its steps."""
    if not asked:
        return
    tasks = seeing.of(request)
    exact = dict(_of_steps(tasks, asked))
    number = asked.removeprefix('#')
    if number.isascii() and number.isdecimal() and len(number) < 19:
        exact[int(number)] = '#' + number
    for pk, title in _titles(tasks.filter(pk__in=exact)):
        word = exact[pk]
        yield _hit('task', pk, title, word, looking_up.EXACT)
    named = tasks.filter(title__icontains=asked).exclude(pk__in=exact)
    if len(asked) > 1:
        for pk, title in _titles(named):
            yield _hit('task', pk, title, '', looking_up.PART)


def _titles(tasks):
    return tasks.order_by('-pk').values_list('pk', 'title')[:MOST]


def _of_steps(tasks, asked) -> Iterator[tuple[int, str]]:
    """Pairs of a task's number and the word that was found in a step."""
    steps = task_models.Step.objects.filter(task__in=tasks).order_by('-pk')
    by_thing = steps.filter(target=asked)
    yield from by_thing.values_list('task_id', 'target')[:MOST]
    told = _ID.fullmatch(asked.lower())
    if not told:
        return
    # Of things that are gone, too: they are in no directory any more.
    yield from _beginning(steps, 'target', told[1])
    for name in ('request_id', 'error_request_id'):
        yield from _beginning(steps, name, _BEGIN + told[1])


def _beginning(steps, name, begin):
    """A range and no LIKE: an index serves it in all three databases."""
    begin = begin.rstrip('-')
    end = begin[:-1] + chr(ord(begin[-1]) + 1)
    rows = steps.filter(**{f'{name}__gte': begin, f'{name}__lt': end})
    yield from rows.values_list('task_id', name)[:MOST]


def _readings(region, asked) -> Iterator[looking_up.Hit]:
    told = _ID.fullmatch(asked.lower())
    if not told:
        return
    rows = models.PartReading.objects.filter(
        region=region, request_id__contains=told[1]
    )
    for row in rows.order_by('-pk')[:MOST]:
        yield _hit(
            'reading', row.pk, row.name, row.request_id, looking_up.EXACT
        )


def _hit(kind, pk, name, word, rank):
    return looking_up.Hit(kind, str(pk), name, (word,) if word else (), rank)
