"""What a kind of task is, and which kinds there are.

A kind is a class that an entry point of the group ``rey_dashboard.task_kinds``
names; the entry point's name is the kind's, for good: tasks are stored with
it.
"""

import abc
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import functools
from importlib import metadata
import logging
import types

from keystoneauth1 import adapter

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.tasks import estimates
from rey_dashboard.tasks import models
from rey_dashboard.tasks import telling

LOG = logging.getLogger(__name__)

GROUP = 'rey_dashboard.task_kinds'


@dataclasses.dataclass(frozen=True)
class Planned:
    """A step to be: what it changes, from what to what.

    :param service: whose calls it makes; calls are limited service by service
    :param flags: words of the kind's own for the preview, for example
        ``below use``
    :param refused: why it must not run, for people; it is shown and left out
    :param remedy: what to do then
    :param size: what time depends on, in the kind's unit (GiB, say)
    :param work: what ``start`` has to know beyond that; kept with the step
    :param lane: what it shares with steps of other tasks, too, in words for
        people, for example ``backup lvm-1``
    :param at_once: begins only while fewer steps of its lane in the region
        are under way; 0 for no limit
    """

    target: str
    service: str
    target_name: str = ''
    before: Mapping = dataclasses.field(default_factory=dict)
    after: Mapping = dataclasses.field(default_factory=dict)
    flags: tuple[str, ...] = ()
    refused: str = ''
    remedy: str = ''
    size: float = 1
    work: Mapping = dataclasses.field(default_factory=dict)
    lane: str = ''
    at_once: int = 0


@dataclasses.dataclass(frozen=True)
class Link:
    """Where what a step has made, or has changed, is to be seen.

    :param admin: a page of Horizon's that administrators alone may open
    """

    label: str
    address: str
    admin: bool = False


@dataclasses.dataclass(frozen=True)
class Done:
    """It is so in the cloud.

    :param after: as it was read back, where that differs from the plan
    :param work: what its undoing has to know; kept with the step
    """

    after: Mapping | None = None
    work: Mapping | None = None


@dataclasses.dataclass(frozen=True)
class Running:
    """The cloud works on it; ``poll`` is asked again.

    :param work: what ``poll`` needs, for example ids; kept with the step
    :param progress: share that is done, 0 to 1
    """

    look_again_s: float = 5
    work: Mapping = dataclasses.field(default_factory=dict)
    progress: float | None = None


@dataclasses.dataclass(frozen=True)
class Stopped:
    """It was cancelled while it ran, and what it had made is gone again.

    :param work: as for ``Done``
    """

    work: Mapping | None = None


Outcome = Done | Running | Stopped


class Refused(faults.CloudFault):
    """A step cannot be done, and trying again would not help."""


class Conflict(Refused):
    """Somebody changed the thing since it was planned: it is left alone."""


class Context:
    """What the steps of a task share while a worker works on it.

    It signs in when a step needs it first. A call bears its step's request
    id, whichever session of ours it goes through. No client should try one
    again by itself: the engine does that, and slows down.

    :ivar kept: for the kind, for example adapters; several threads use it
    """

    def __init__(self, settings: conf.Settings):
        self.settings = settings
        self.kept: dict = {}

    @functools.cached_property
    def cloud(self) -> cloud_session.Cloud:
        """:raises faults.Misconfigured: the entry of clouds.yaml is no use"""
        return cloud_session.Cloud(
            self.settings.CLOUD, self.settings.CALL_TIMEOUT_S
        )

    def service(self, service_type: str, **more) -> adapter.Adapter:
        """Asks one service, and raises what it answers at once.

        :param more: for keystoneauth's adapter, for example a microversion
        """
        key = service_type, *sorted(more.items())
        if key not in self.kept:
            made = adapter.Adapter(
                service_type=service_type,
                interface=self.cloud.interface(service_type),
                **more,
                **self.cloud.client_options(self.session, retries=0),
            )
            self.kept.setdefault(key, made)
        return self.kept[key]

    @functools.cached_property
    def session(self) -> cloud_session.Session:
        return self.cloud.session()


class Kind(abc.ABC):
    """One kind of change. It has no state, and knows no request.

    ``plan`` and ``undo`` run in the web process, without the service user:
    they read our tables alone. ``start`` and ``poll`` run in the worker, in
    threads of their own, and must not write into our tables.

    :cvar label: for people
    :cvar rule: of the policy; asked at planning, at the start and for undoing
    :cvar can_undo: whether ``undo`` can bring back what was
    :cvar can_redo: whether it can bring back, too, what an undoing changed
    :cvar leaves_nothing: what it makes it deletes again itself, so that there
        is nothing to undo
    :cvar fewest_steps: what a task took with fewer says little of others
    :cvar flags: what its flags mean, for people; a flag may go on with
        ``:name``, of what it is
    :cvar tells: by names of ``before`` and ``after``; all others stand as they
        are
    """

    label: str
    rule: str
    can_undo = True
    can_redo = True
    leaves_nothing = False
    fewest_steps = 3
    flags: Mapping[str, str] = types.MappingProxyType({})
    tells: Mapping[str, telling.Told] = types.MappingProxyType({})

    @property
    def read_rule(self) -> str:
        """That of who may look at such tasks: the area's rule to read."""
        return self.rule.rpartition(':')[0] + ':read'

    def may_undo(self, task: models.Task) -> bool:
        """Whether such a task can be undone, once something of it is done."""
        return self.can_undo and (self.can_redo or not task.undo_of_id)

    @abc.abstractmethod
    def plan(self, region: str, parameters: Mapping) -> Iterable[Planned]:
        """The steps, in their order: the preview."""

    @abc.abstractmethod
    def start(self, context: Context, step: models.Step) -> Outcome:
        """Makes ``step.after`` so; looks first whether it is so already.

        It is called again for a step whose outcome was lost: its state is
        then STARTING, and PENDING when no call of it went out yet. What it
        creates bears the step's id, so that it finds it again.

        :raises Refused: it cannot be done
        :raises Conflict: it is not ``step.before`` any more
        :raises faults.ALL: what the cloud said; the engine tries again where
            that may help
        """

    def poll(self, context: Context, step: models.Step) -> Outcome:
        """How far a step is that ``start`` or ``poll`` said to be running.

        :raises: as ``start``
        """
        return self.start(context, step)

    def undo(
        self, region: str, steps: Iterable[models.Step]
    ) -> Iterable[Planned]:
        """Steps that bring back ``before``; conflicts are refused."""
        return ()

    def commands(self, step: models.Step) -> list[str]:
        """The same by hand, to paste into a shell."""
        return []

    def leads(self, task: models.Task) -> Iterable[tuple[str, str]]:
        """Labels and addresses of pages where its outcome is, if it has any.

        For who may act; a page of the task shows them.
        """
        return ()

    def estimate(
        self, past: estimates.Past, size: float
    ) -> estimates.Estimate | None:
        """How long steps of this size take; none when nobody can know."""
        return estimates.by_rate(past, size)

    def forecast(self, task: models.Task) -> estimates.Estimate | None:
        """The same by what is known beside tasks; it goes before those."""
        return None

    def remarks(
        self, region: str, steps: Iterable[models.Step]
    ) -> Mapping[int, Mapping[str, str]]:
        """What a page tells of each name that changes, as of now.

        For example how much is in use. By the step's key and the name.
        """
        return {}

    def links(self, step: models.Step) -> Iterable[Link]:
        """To what came of a step; pages show them beside it."""
        return ()

    def mirror(  # noqa: B027, for those that need none
        self, region: str, steps: Iterable[models.Step]
    ) -> None:
        """Writes steps that are done into the inventory, in few statements.

        So pages tell at once what the next collection would tell.
        """


class Kinds(Mapping):
    """Those that are installed, by name.

    :ivar troubles: why others cannot be used, by name
    """

    def __init__(self, entries: Iterable[metadata.EntryPoint]):
        self._kinds: dict[str, Kind] = {}
        self.troubles: dict[str, str] = {}
        for entry in sorted(entries, key=lambda entry: entry.value):
            self._load(entry)

    def _load(self, entry):
        if entry.name in self._kinds:
            self._tell(entry, 'another package has a kind of this name')
            return
        try:
            kind = entry.load()()
        except Exception as error:  # another's code: it must hide no other
            LOG.exception('Task kind %s cannot be loaded', entry.name)
            self._tell(entry, f'{type(error).__name__}: {error}')
            return
        if isinstance(kind, Kind):
            self._kinds[entry.name] = kind
        else:
            self._tell(entry, 'it is no rey_dashboard.tasks.kinds.Kind')

    def _tell(self, entry, why):
        words = f'{entry.value} cannot be used: {why}'
        LOG.error('Task kind %s: %s', entry.name, words)
        # A good one of the same name is no trouble of its own.
        self.troubles[entry.name] = words

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)


@functools.cache
def installed() -> Kinds:
    """Those of all packages; looked for once."""
    return Kinds(metadata.entry_points(group=GROUP))
