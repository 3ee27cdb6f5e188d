"""Tells whoever asked that a task ended, on whatever page he is."""

from django import shortcuts
from django.db.models import QuerySet
from django.utils import timezone

from rey_dashboard.pages import views
from rey_dashboard.policy import tasks as rules
from rey_dashboard.tasks import models
from rey_dashboard.tasks import seeing
from rey_dashboard.tasks import showing

#: More are on the list of tasks.
MOST = 5


def see(request, task: models.Task) -> None:
    """Whoever asked looks at it: the end is no news any more."""
    if task.asked_by_id == request.user.id and not task.seen_at:
        _of(request).filter(pk=task.pk).update(seen_at=timezone.now())


def _of(request) -> QuerySet:
    return seeing.of(request).filter(
        asked_by_id=request.user.id,
        seen_at=None,
        state__in=models.Task.ENDED,
    )


class NewsView(views.ScopedView):
    """What ended, until it was looked at or put away."""

    rule = rules.READ

    def get(self, request):
        tasks = list(_of(request).order_by('-ended_at')[:MOST])
        for task in tasks:
            task.progress = showing.progress(task)
        return shortcuts.render(
            request, 'rey/tasks/_news.html', {'tasks': tasks}
        )

    def post(self, request):
        told = request.POST.get('task', '')
        if told.isdecimal():
            _of(request).filter(pk=int(told)).update(seen_at=timezone.now())
        return self.get(request)
