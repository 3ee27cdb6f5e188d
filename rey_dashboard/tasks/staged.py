"""Kinds whose step goes through stages, and deletes what it has made.

Whatever happens, a stage that fails, a cancelled task, a worker that dies:
the stages that delete come last, and come to their end.
"""

import abc
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import re
import time
import typing

from django.utils.translation import gettext as _t

from rey_dashboard.cloud import faults
from rey_dashboard.tasks import kinds
from rey_dashboard.tasks import models
from rey_dashboard.tasks import orders
from rey_dashboard.tasks import telling
from rey_dashboard.tasks import trouble
from rey_dashboard.templatetags import rey

#: What ``after`` has of a stage until it is over.
TO_DO = 'to do'
#: All stages are over, and what they came to is stored.
END = 'end'
#: Begins the name of each stage that deletes.
DELETE = 'delete '
#: A stage is looked at again after a quarter of what it took so far, at most.
LOOK_S = 2
#: So many faults of which trying again may help; then the stage has failed.
TRIES = 5
#: A deletion that does not come about for so long is forced, and again.
FORCE_AFTER_S = 120
#: An answer may also lack what every service tells.
_FALLS = (*trouble.TOLD, LookupError, TypeError, ValueError)
_SECONDS = re.compile(r'(\d+(?:\.\d+)?) s')
STEPS = models.Step.State


class Failed(faults.CloudFault):
    """The stage did not go well, and will not."""


class Skipped(Exception):
    """The stage cannot be tried in this cloud; the text says why."""


class Stages(typing.Protocol):
    """Of one step; each of them may be begun again.

    A stage looks first what there is, by the step's names and mark, so that
    it does not matter where a worker died. What it keeps between two looks
    stands in ``work``, and nothing depends on that for deleting.
    """

    def take(self, stage: str) -> bool:
        """Does what is to do now; whether the stage is done.

        :raises Failed: it did not go well
        :raises Skipped: it cannot be tried
        :raises faults.ALL: what the cloud said
        """

    def force(self, what: str) -> None:
        """Deletes it whatever its status."""


class Staged(kinds.Kind):
    """Stages and their seconds stand in the step's ``work``.

    What ``plan`` puts there under ``asked`` stays; all else is made anew by
    a retry.

    :cvar labels: of the stages, by name, in their order
    :cvar making: the first that makes something
    :cvar cleaning: from here on all is deleted, whatever came before
    :cvar patience_of: seconds after which a stage has failed
    """

    can_undo = False
    leaves_nothing = True
    fewest_steps = 1
    labels: Mapping[str, str]
    making: str
    cleaning: str
    patience_of: Mapping[str, float] = {}
    patience_s = 600.0

    @abc.abstractmethod
    def stages(
        self, context: kinds.Context, step: models.Step, work: dict
    ) -> Stages:
        """:param work: what is kept; changed in place"""

    def patience(self, work: Mapping) -> float:
        """Seconds after which the stage of ``work`` has failed."""
        return self.patience_of.get(work['stage'], self.patience_s)

    def found(self, work: Mapping) -> Mapping[str, str]:
        """What a step that is done tells beside the times of its stages."""
        return {}

    def start(self, context: kinds.Context, step) -> kinds.Outcome:
        """Makes nothing yet: what is made is stored as running before."""
        work = {'seconds': {}, 'skipped': {}, 'left': {}}
        if 'asked' in step.work:
            work['asked'] = step.work['asked']
        return kinds.Running(
            0, work=_begun(work, next(iter(self.labels))), progress=0
        )

    def poll(self, context: kinds.Context, step) -> kinds.Outcome:
        work = {key: _copied(value) for key, value in step.work.items()}
        if work['stage'] == END:
            return self._ended(work)
        if not self._is_cleaning(work) and orders.is_cancelled(step):
            work['cancelled'] = True
            return self._running(_begun(work, self.cleaning))
        made = self.stages(context, step, work)
        try:
            is_done = made.take(work['stage'])
        except Skipped as why:
            work['skipped'][work['stage']] = str(why)
            return self._next(work)
        except _FALLS as error:
            return self._fell(work, error, made)
        work['tries'] = 0
        if is_done:
            return self._next(work)
        return self._wait(work, made)

    def remarks(self, region: str, steps: Iterable) -> Mapping:
        return {step.pk: dict(self._remarks(step)) for step in steps}

    def names(self) -> list[str]:
        """The stages as ``after`` has them: their order is that of pages."""
        return [
            f'{number:02} {stage}'
            for number, stage in enumerate(self.labels, 1)
        ]

    @property
    def tells(self) -> Mapping[str, telling.Told]:
        pairs = zip(self.names(), self.labels.values(), strict=True)
        return {
            name: telling.Told(f'{number}. {label}', _in_words)
            for number, (name, label) in enumerate(pairs, 1)
        }

    def told(
        self, work: Mapping
    ) -> Iterator[tuple[str, object, float | None, str]]:
        """Name, label, seconds and a word of each stage that is known of."""
        for stage, label in self.labels.items():
            seconds = work.get('seconds', {}).get(stage)
            word = work.get('skipped', {}).get(stage, '')
            word = word or work.get('left', {}).get(stage, '')
            if stage == work.get('failed'):
                word = work.get('words', '')
            if seconds is not None or word:
                yield stage, label, seconds, word

    def _place(self, stage):
        return list(self.labels).index(stage)

    def _is_cleaning(self, work):
        """What is made is being deleted."""
        return self._place(work['stage']) >= self._place(self.cleaning)

    def _running(self, work, look_again_s=0):
        done = self._place(work['stage']) / len(self.labels)
        return kinds.Running(look_again_s, work=work, progress=done)

    def _next(self, work):
        stage = work['stage']
        if stage not in work['skipped']:
            work['seconds'][stage] = _took(work)
        return self._following(work)

    def _following(self, work):
        """Stored once more at the end: what raises a fault stores nothing."""
        following = self._place(work['stage']) + 1
        if following == len(self.labels):
            return kinds.Running(0, work={**work, 'stage': END}, progress=1)
        return self._running(_begun(work, list(self.labels)[following]))

    def _wait(self, work, made):
        """Until the stage has taken too long."""
        stage = work['stage']
        if _took(work) > self.patience(work):
            words = f'It was not done after {_took(work):.0f} s.'
            return self._failed(work, words, '')
        waits_s = time.time() - work['forced']
        if stage.startswith(DELETE) and waits_s > FORCE_AFTER_S:
            work['forced'] = time.time()
            try:
                made.force(stage.removeprefix(DELETE))
            except _FALLS as error:
                work['trouble'] = str(error)[:1000]
        return self._running(work, min(LOOK_S, max(0.2, _took(work) / 4)))

    def _fell(self, work, error, made):
        """Deleting is tried for as long as there is patience."""
        met = trouble.judge(error)
        work['tries'] += 1
        work['trouble'] = met.words
        if self._is_cleaning(work):
            return self._wait(work, made)
        if met.again and work['tries'] < TRIES:
            return self._running(work, max(LOOK_S, met.pause_s))
        return self._failed(work, met.words, met.remedy)

    def _failed(self, work, words, remedy):
        stage = work['stage']
        if stage.startswith(DELETE):
            work['left'][stage] = work.get('trouble') or words
            return self._following(work)
        work['seconds'][stage] = _took(work)
        if 'failed' not in work:
            work.update(failed=stage, words=words, remedy=remedy)
        if self._is_cleaning(work):
            return self._following(work)
        if self._place(stage) < self._place(self.making):
            return kinds.Running(0, work={**work, 'stage': END})
        return self._running(_begun(work, self.cleaning))

    def _ended(self, work):
        if work['left']:
            left = '; '.join(
                f'{self.labels[stage]}: {words}'
                for stage, words in work['left'].items()
            )
            raise kinds.Refused(
                ' '.join((*self._why(work), _t('Not done: %s') % left)),
                _t('Retry it, and it begins with deleting.'),
            )
        if 'failed' in work:
            raise kinds.Refused(' '.join(self._why(work)), work['remedy'])
        if work.get('cancelled'):
            return kinds.Stopped(work)
        after = {
            name: _result(work, name.partition(' ')[2])
            for name in self.names()
        }
        return kinds.Done({**after, **self.found(work)}, work)

    def _why(self, work):
        if 'failed' not in work:
            return
        label = self.labels[work['failed']]
        yield f'{label}: {work["words"].rstrip(".")}.'
        is_made = self._place(work['failed']) >= self._place(self.making)
        if is_made and not work['left']:
            yield _t('All that was made is deleted.')

    def _remarks(self, step):
        if step.state == STEPS.DONE:
            return
        numbers = {name.partition(' ')[2]: name for name in self.names()}
        for stage, _label, seconds, word in self.told(step.work):
            took = '' if seconds is None else rey.lasting(seconds)
            yield numbers[stage], ' '.join(filter(None, (took, word)))
        is_running = step.state == STEPS.RUNNING
        if is_running and step.work.get('stage') in numbers:
            yield numbers[step.work['stage']], _t('under way')


def _copied(value):
    return dict(value) if isinstance(value, dict) else value


def _begun(work, stage):
    now = time.time()
    fresh = {'since': now, 'forced': now, 'tries': 0, 'trouble': ''}
    return {**work, **fresh, 'stage': stage}


def _took(work):
    return round(max(0, time.time() - work['since']), 1)


def _result(work, stage):
    if stage in work['skipped']:
        return f'not tried: {work["skipped"][stage]}'
    return f'{work["seconds"][stage]} s'


def _in_words(result):
    """Of what ``after`` has of a stage: to do, seconds, or why not."""
    if result == TO_DO:
        return _t('to do')
    seconds = _SECONDS.fullmatch(result)
    return rey.lasting(float(seconds[1])) if seconds else result
