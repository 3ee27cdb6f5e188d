"""Tasks, their steps, what was asked of them, and what people say of them.

A worker that has a task's lease changes its steps alone; see ``lease``.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from rey_dashboard.tasks import appended


def new_request_id() -> str:
    """As OpenStack's services take it for their global request id."""
    return f'req-{uuid.uuid4()}'


class Task(models.Model):
    """A change that somebody asked for."""

    class State(models.TextChoices):
        PLANNED = 'planned', _('planned')
        QUEUED = 'queued', _('queued')
        RUNNING = 'running', _('running')
        PAUSED = 'paused', _('paused')
        SUCCEEDED = 'succeeded', _('succeeded')
        PARTLY_FAILED = 'partly_failed', _('partly failed')
        FAILED = 'failed', _('failed')
        CANCELLED = 'cancelled', _('cancelled')

    class Order(models.TextChoices):
        """What the worker is asked to do when it looks next."""

        NONE = '', _('none')
        PAUSE = 'pause', _('pause')
        CANCEL = 'cancel', _('cancel')

    #: A worker has something to do.
    LIVE = (State.QUEUED, State.RUNNING, State.PAUSED)
    ENDED = (
        State.SUCCEEDED,
        State.PARTLY_FAILED,
        State.FAILED,
        State.CANCELLED,
    )

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    #: Name of its entry point.
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=255)
    parameters = models.JSONField(default=dict)
    #: To which all belongs that it changes; empty: it is the whole cloud's.
    domain_id = models.CharField(max_length=64, default='', blank=True)
    state = models.CharField(
        max_length=16, choices=State.choices, default=State.PLANNED
    )
    order = models.CharField(
        max_length=8, choices=Order.choices, default=Order.NONE, blank=True
    )
    #: Of the form that asked: a double click makes one task.
    token = models.CharField(max_length=64)
    asked_by_id = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=255, default='')
    assignee_id = models.CharField(max_length=64, default='', blank=True)
    assignee_name = models.CharField(max_length=255, default='', blank=True)
    planned_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: When whoever asked looked at how it ended, or put the news away.
    seen_at = models.DateTimeField(null=True)
    #: When a worker told him elsewhere, where ``NOTIFY`` says so.
    told_at = models.DateTimeField(null=True)
    undo_of = models.ForeignKey(
        'self', models.SET_NULL, null=True, related_name='undone_by'
    )
    #: Steps in all; those refused while planning are not counted.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    #: Sizes of all steps, and of those done: what time depends on.
    size = models.FloatField(default=0)
    size_done = models.FloatField(default=0)
    #: Some of its steps begin only while their lane has a place.
    has_lanes = models.BooleanField(default=False)
    #: Seconds in which workers worked on it; not those in which it waited.
    worked_s = models.FloatField(default=0)
    #: As it was told at the start; none without a history.
    estimate_s = models.FloatField(null=True)
    #: Why it waits; nothing when it does not.
    note = models.TextField(default='', blank=True)
    #: When a worker must look at it; none when there is nothing to do.
    due_at = models.DateTimeField(null=True)
    #: Those that wait longest come first.
    ticked_at = models.DateTimeField(null=True)
    #: Grows with each worker that takes it; all writes name it.
    lease_number = models.PositiveBigIntegerField(default=0)
    lease_owner = models.CharField(max_length=255, default='', blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['region', 'asked_by_id', 'token'],
                name='rey_task_of_one_form',
            )
        ]
        indexes = [
            models.Index(fields=['region', 'due_at']),
            models.Index(fields=['region', 'state', 'started_at']),
            models.Index(fields=['region', 'kind', 'started_at']),
            # What somebody asked for and has not seen the end of.
            models.Index(fields=['region', 'asked_by_id', 'seen_at']),
            # The list of a domain's manager, the youngest first.
            models.Index(fields=['region', 'domain_id', 'planned_at']),
        ]

    def __str__(self):
        return self.title

    @property
    def to_go(self) -> int:
        return self.total - self.done - self.failed - self.cancelled


class Step(models.Model):
    """One change of one thing; its id and its request id go with its calls."""

    class State(models.TextChoices):
        PENDING = 'pending', _('waiting')
        #: A worker took it; its call may have gone out.
        STARTING = 'starting', _('starting')
        #: The cloud works on it.
        RUNNING = 'running', _('running')
        DONE = 'done', _('done')
        FAILED = 'failed', _('failed')
        CANCELLED = 'cancelled', _('cancelled')
        #: While planning: it never runs.
        REFUSED = 'refused', _('left out')

    #: Not ended.
    OPEN = (State.PENDING, State.STARTING, State.RUNNING)
    #: In effect, or maybe so.
    UNDER_WAY = (State.STARTING, State.RUNNING)

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.CASCADE, related_name='steps')
    #: Its place in the task, from 1.
    number = models.PositiveIntegerField()
    #: Id of what it changes.
    target = models.CharField(max_length=255)
    target_name = models.CharField(max_length=255, default='')
    #: Whose calls it makes: ``compute``, ``volume``, ...
    service = models.CharField(max_length=64)
    state = models.CharField(
        max_length=16, choices=State.choices, default=State.PENDING
    )
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    #: What it shares with steps of any task; see ``lanes``.
    lane = models.CharField(max_length=255, default='', blank=True)
    #: So many of its lane at once; 0 for no limit.
    lane_limit = models.PositiveIntegerField(default=0)
    #: Words for the preview, as the kind defines them.
    flags = models.JSONField(default=list)
    #: What time depends on, in the kind's unit; 1 when all take alike.
    size = models.FloatField(default=1)
    #: Share that is done, 0 to 1, where the cloud tells it.
    progress = models.FloatField(null=True)
    #: What the kind keeps between two looks, for example ids in the cloud.
    work = models.JSONField(default=dict)
    #: Tries that failed though the service answered others.
    attempts = models.PositiveSmallIntegerField(default=0)
    #: Since when it fails though it is tried again; none when it does not.
    failing_since = models.DateTimeField(null=True)
    #: In the cloud's words; of a refused one the reason.
    error = models.TextField(default='', blank=True)
    remedy = models.TextField(default='', blank=True)
    #: Ties our log to the services' logs.
    request_id = models.CharField(max_length=64, default=new_request_id)
    #: Of the service's own answer, where it told one.
    error_request_id = models.CharField(max_length=64, default='', blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: When to try or to look again; none for at once.
    not_before = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['task', 'number'], name='rey_step_of_task'
            )
        ]
        indexes = [
            models.Index(fields=['task', 'state', 'service', 'number']),
            # What is under way in lanes: few rows of all there ever were.
            models.Index(fields=['state', 'lane']),
            # What was done to one thing.
            models.Index(fields=['target', 'task']),
            # Somebody has an id from a log.
            models.Index(fields=['request_id']),
            models.Index(fields=['error_request_id']),
        ]

    def __str__(self):
        return f'{self.number}: {self.target_name or self.target}'

    @property
    def took(self) -> float | None:
        """Seconds from its first call to its end."""
        if not self.started_at or not self.ended_at:
            return None
        return (self.ended_at - self.started_at).total_seconds()


class Lane(models.Model):
    """What two workers both change when they take places of one lane.

    The places that are taken are not kept here: they are counted.
    """

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    #: Grows whenever somebody takes one.
    number = models.PositiveBigIntegerField(default=0)
    #: Key of the task that gets the next place, and until when it is kept.
    kept_for = models.BigIntegerField(null=True)
    kept_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=['region', 'name'], name='rey_lane_of_region'
            )
        ]

    def __str__(self):
        return self.name


AppendOnly = appended.AppendOnly


class Record(appended.Appended):
    """Who asked what of a task, when, and from which address.

    It outlives its task and is never changed.
    """

    class What(models.TextChoices):
        PLANNED = 'planned', _('planned')
        STARTED = 'started', _('started')
        PAUSED = 'paused', _('paused')
        RESUMED = 'resumed', _('resumed')
        CANCELLED = 'cancelled', _('cancelled')
        RETRIED = 'retried', _('retried what failed')
        UNDO = 'undo', _('planned its undoing')
        ASSIGNED = 'assigned', _('assigned')
        COMMENTED = 'commented', _('commented')

    task = models.ForeignKey(
        Task, models.DO_NOTHING, related_name='records', db_constraint=False
    )
    what = models.CharField(max_length=16, choices=What.choices)

    class Meta(appended.Appended.Meta):
        abstract = False
        indexes = [models.Index(fields=['task', 'at'])]

    def __str__(self):
        return f'{self.at:%Y-%m-%d %H:%M}: {self.who_name} {self.what}'


class Comment(models.Model):
    """What somebody wrote under a task."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.CASCADE, related_name='comments')
    at = models.DateTimeField()
    who_id = models.CharField(max_length=64)
    who_name = models.CharField(max_length=255, default='')
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=['task', 'at'])]

    def __str__(self):
        return f'{self.who_name}: {self.text[:40]}'


class WorkerKey(models.Model):
    """The public half of a key that one worker process has in its memory."""

    #: In base64.
    key = models.CharField(max_length=64, primary_key=True)
    region = models.CharField(max_length=255)
    host = models.CharField(max_length=255)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=['seen_at'])]

    def __str__(self):
        return f'{self.host}: {self.key}'
