"""What a call's end makes of its step."""

import datetime

from rey_dashboard.tasks import calls
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models

#: A step fails after so many tries that the service refused to it alone, or
#: after so long, whoever's fault it is.
TRIES = 5
PATIENCE_S = 900
#: Longest time between two tries.
LONGEST_WAIT_S = 60

STATES = models.Step.State


def apply(landing: calls.Landing) -> None:
    """Changes the step; it is not stored here."""
    step = landing.step
    step.started_at = step.started_at or landing.begun
    step.not_before = None
    match landing.outcome:
        case kinds.Done(after=after, work=work):
            step.state, step.progress = STATES.DONE, 1
            step.ended_at = landing.ended
            step.after = step.after if after is None else dict(after)
            step.work = step.work if work is None else dict(work)
            _is_well(step)
        case kinds.Stopped(work=work):
            step.state, step.ended_at = STATES.CANCELLED, landing.ended
            step.work = step.work if work is None else dict(work)
            _is_well(step)
        case kinds.Running() as running:
            step.state = STATES.RUNNING
            step.work = dict(running.work) or step.work
            step.progress = running.progress
            step.not_before = _later(landing, running.look_again_s)
            _is_well(step)
        case _:
            _fell(step, landing)


def _is_well(step):
    step.failing_since = None
    step.error = step.remedy = step.error_request_id = ''


def _fell(step, landing):
    met = landing.met
    step.error, step.remedy = met.words, met.remedy
    step.error_request_id = met.request_id[:64]
    step.failing_since = step.failing_since or landing.begun
    step.attempts += landing.own
    waited = (landing.ended - step.failing_since).total_seconds()
    if not met.again or step.attempts >= TRIES or waited > PATIENCE_S:
        step.state, step.ended_at = STATES.FAILED, landing.ended
        return
    wait_s = max(min(2**step.attempts, LONGEST_WAIT_S), met.pause_s)
    step.not_before = _later(landing, wait_s)
    if met.refused and step.state == STATES.PENDING:
        return
    # Its call may be in effect though no answer came; one that was to be
    # polled is polled again.
    if step.state != STATES.RUNNING:
        step.state = STATES.STARTING


def _later(landing, seconds):
    return landing.ended + datetime.timedelta(seconds=seconds)
