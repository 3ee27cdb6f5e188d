"""What a check is, and which checks there are.

A check is a class that an entry point of the group ``rey_dashboard.checks``
names; the entry point's name is the check's, for good: findings are stored
with it.
"""

import abc
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime
import functools
from importlib import metadata
import logging
import shlex

from django.db.models import Q

from rey_dashboard.checks import models
from rey_dashboard.inventory import scope as scope_

LOG = logging.getLogger(__name__)

GROUP = 'rey_dashboard.checks'
#: Rey's four key tasks.
AREAS = ('install', 'operate', 'usage', 'update')

SEVERITY = models.Finding.Severity
HIT = models.Finding.Hit


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """One thing that is not as it should be.

    :param subject: stable within the check, 255 characters at most: while it
        is the same, it is the same finding
    :param word: which of the check's titles tells it
    :param subject_name: for people; without, they see the subject
    :param evidence: what proves it, as JSON can hold it (times as well);
        titles are filled in with it
    :param hits: how many ``hits_what`` suffer from it
    :param since: when it began, where the cloud tells that
    """

    subject: str
    severity: models.Finding.Severity
    word: str = ''
    subject_name: str = ''
    evidence: Mapping = dataclasses.field(default_factory=dict)
    project_id: str = ''
    host: str = ''
    hits: int = 0
    hits_what: models.Finding.Hit = HIT.NOTHING
    since: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Command:
    """A line to paste into a shell, with a word what it is for."""

    purpose: str
    line: str


def command(purpose: str, *words: str) -> Command:
    """Of program and options; each is quoted where it must be."""
    return Command(purpose, shlex.join(words))


@dataclasses.dataclass(frozen=True)
class Runbook:
    """The way out, in the reader's language.

    :param meaning: what it means for the people who use the cloud
    :param causes: the likeliest first
    :param commands: in the order in which to try them
    :param mended: how to tell that it is over
    :param documentation: below https://docs.openstack.org/; ``{release}``
        stands for the cloud's release, or for ``latest``
    """

    meaning: str
    causes: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    mended: str = ''
    documentation: str = ''


@dataclasses.dataclass(frozen=True)
class Change:
    """A page of ours that plans a task which may mend it.

    :param label: of the button
    :param rule: of the policy; without it the page is closed
    :param of_domains: it is open to who manages domains, too, for what is
        theirs
    """

    label: str
    address: str
    rule: str
    of_domains: bool = False


class Check(abc.ABC):
    """One judgement. It has no state, and knows no request.

    ``find`` runs in the worker after each collection. The others run in the
    web process as well, where nothing of them may be slow.

    :cvar label: for people
    :cvar area: one of ``AREAS``
    :cvar rule: of the policy; who passes it sees what is found
    :cvar titles: what its findings say, by their ``word``; filled in with
        their evidence and their ``name``
    :cvar rests_on: parts of the inventory: while one of them fails, is old or
        was never read, it does not look
    :cvar whole: those of them of which nothing may be hidden (by a cell that
        is down, say), since it concludes from what is not there
    """

    label: str
    area: str
    rule: str
    titles: Mapping[str, str]
    rests_on: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    @abc.abstractmethod
    def find(self, region: str) -> Iterator[Found]:
        """All there is now. What it does not find any more is resolved.

        It reads our tables alone: a few queries for the whole region, and
        never one for each row.
        """

    @abc.abstractmethod
    def runbook(self, finding: models.Finding) -> Runbook:
        """What it means, and the way out."""

    def title(self, finding: models.Finding | Found) -> str:
        """One sentence, in the language of whoever reads."""
        name = finding.subject_name or finding.subject
        return self.titles[finding.word] % {'name': name, **finding.evidence}

    def of_domains(self, scope: scope_.Scope) -> Q:
        """Which of its findings he sees who manages these domains alone."""
        return Q(project_id__in=scope.projects().values('id'))

    def page(self, finding: models.Finding) -> str:
        """Address of our page that shows it; nothing without one."""
        return ''

    def change(self, finding: models.Finding) -> Change | None:
        """The task that may mend it, where there is a kind of it."""
        return None


class Checks(Mapping):
    """Those that are installed, by name.

    :ivar troubles: why others cannot be used, by name
    """

    def __init__(self, entries: Iterable[metadata.EntryPoint]):
        self._checks: dict[str, Check] = {}
        self.troubles: dict[str, str] = {}
        for entry in sorted(entries, key=lambda entry: entry.value):
            self._load(entry)

    def _load(self, entry):
        if entry.name in self._checks:
            self._tell(entry, 'another package has a check of this name')
            return
        try:
            check = entry.load()()
        except Exception as error:  # another's code: it must hide no other
            LOG.exception('Check %s cannot be loaded', entry.name)
            self._tell(entry, f'{type(error).__name__}: {error}')
            return
        wrong = _wrong(check)
        if wrong:
            self._tell(entry, wrong)
        else:
            self._checks[entry.name] = check

    def _tell(self, entry, why):
        words = f'{entry.value} cannot be used: {why}'
        LOG.error('Check %s: %s', entry.name, words)
        # A good one of the same name is no trouble of its own.
        self.troubles[entry.name] = words

    def __getitem__(self, name: str) -> Check:
        return self._checks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._checks)

    def __len__(self) -> int:
        return len(self._checks)


def _wrong(check):
    if not isinstance(check, Check):
        return 'it is no rey_dashboard.checks.registry.Check'
    for name in ('label', 'area', 'rule', 'titles'):
        if not hasattr(check, name):
            return f'it has no {name}'
    if check.area not in AREAS:
        return f'its area {check.area!r} is none of {", ".join(AREAS)}'
    return ''


@functools.cache
def installed() -> Checks:
    """Those of all packages; looked for once."""
    return Checks(metadata.entry_points(group=GROUP))
