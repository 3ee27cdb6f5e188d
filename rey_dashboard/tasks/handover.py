"""A task in plain words, for a colleague who takes it over."""

from django.db.models import Count
from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rey_dashboard.pages import times
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import showing

#: Different errors that are told.
ERRORS = 5


def words(
    task: models.Task,
    kind: kinds.Kind | None,
    address: str = '',
    whole: bool = True,
) -> str:
    """What it is, how far, what went wrong, and what can be done now.

    :param kind: none when it is not installed here
    :param address: of its page, whole
    :param whole: whether addresses of the cloud's services are told
    """
    return '\n'.join(
        [
            *_what(task, address),
            '',
            *_how_far(task),
            *_errors(task, whole),
            '',
            *_next(task, kind),
        ]
    )


def _what(task, address):
    yield _('Task %(number)d: %(title)s') % {
        'number': task.pk,
        'title': task.title,
    }
    yield _('Asked by %(who)s, %(when)s.') % {
        'who': task.asked_by_name or task.asked_by_id,
        'when': times.moment(task.planned_at),
    }
    if address:
        yield _('Its page: %s') % address


def _how_far(task):
    yield _('State: %s.') % task.get_state_display()
    yield _('Of %(all)d steps %(done)d are done, %(failed)d failed.') % {
        'all': task.total,
        'done': task.done,
        'failed': task.failed,
    }
    if task.note:
        yield _('It waits: %s') % task.note


def _errors(task, whole):
    failed = task.steps.filter(state=models.Step.State.FAILED).order_by()
    found = failed.values('error', 'remedy').annotate(
        steps=Count('pk'), first=Min('number')
    )
    for row in found.order_by('-steps', 'first')[:ERRORS]:
        told = ngettext('%d step failed:', '%d steps failed:', row['steps'])
        error = row['error']
        if not whole:
            error = showing.without_addresses(error)
        yield f'- {told % row["steps"]} {error}'
        if row['remedy']:
            yield f'  {row["remedy"]}'


def _next(task, kind):
    buttons = showing.buttons(task, kind) if kind else []
    labels = [str(button.label) for button in buttons]
    if not labels:
        yield _('There is nothing to press now.')
        return
    yield _('What can be pressed on its page now:')
    for label in labels:
        yield f'- {label}'
