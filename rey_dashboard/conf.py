"""The one settings dict, ``REY_DASHBOARD``: defaults and validation."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from django.conf import settings
from django.core import checks
from django.core import exceptions


def _fixed(value):
    return dataclasses.field(default_factory=lambda: value)


@dataclasses.dataclass(frozen=True)
class Settings:
    """What an operator may set, with the defaults.

    Names are the keys of ``REY_DASHBOARD``; units end the names.
    """

    #: Entry of clouds.yaml that the worker signs in with.
    CLOUD: str = 'rey'
    #: Time between the starts of two collections; more when one takes long,
    #: since the worker rests at least as long as it read.
    COLLECT_EVERY_S: int = 300
    #: Time between two readings of everything; in between the worker asks
    #: for changes alone, where the services can tell them.
    FULL_EVERY_S: int = 21600
    #: Older data is called old on the pages.
    STALE_AFTER_S: int = 900
    #: Names of domains whose (machine-made) projects are left out.
    EXCLUDE_DOMAINS: tuple[str, ...] = ('heat_user_domain',)
    #: Names of the project property, or of the tag (``name:value`` or
    #: ``name=value``), that tell a project's owner or contact; the first wins.
    CONTACT: tuple[str, ...] = ('contact', 'owner')
    #: How long the days of hours and of history are kept.
    KEEP_DAYS: int = 400
    #: Greatest age of a volume's last good backup, in hours.
    BACKUP_TARGET_H: int = 24
    #: Others, in hours: of ``domains`` and ``projects`` by id or name, of
    #: ``volume_types`` by name. The nearest wins, in this order.
    BACKUP_TARGETS_H: Mapping[str, Mapping[str, int]] = _fixed({})
    #: Key of a volume's metadata that tells its own: ``12h`` or ``7d``.
    BACKUP_TARGET_KEY: str = 'backup_target'
    #: Volumes that need no backup, by patterns of the shell for
    #: ``volume_types``, ``names`` and ``metadata`` (``key=value``).
    BACKUP_EXCLUDE: Mapping[str, Sequence[str]] = _fixed(
        {'metadata': ('backup=none',)}
    )
    #: Where to tell that a task ended: addresses as Apprise takes them. They
    #: may hold passwords, so that nothing shows them. ``{email}`` stands for
    #: the address of whoever asked.
    NOTIFY: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    #: Of Horizon, as people reach it, for links in such notices.
    HORIZON_URL: str = ''
    #: Rows on a page of a table.
    PAGE_SIZE: int = 50
    #: Time-out of one call to a service.
    CALL_TIMEOUT_S: int = 60
    #: Calls to one service at the same time, where calls go side by side.
    PARALLEL_CALLS: int = 4


def current() -> Settings:
    """The settings in force.

    :raises ImproperlyConfigured: a key is unknown or a value of a wrong type
    """
    given = getattr(settings, 'REY_DASHBOARD', {})
    problems = list(_problems(given))
    if problems:
        raise exceptions.ImproperlyConfigured('; '.join(problems))
    return Settings(**{
        key: tuple(value) if isinstance(value, list) else value
        for key, value in given.items()
    })  # fmt: skip


def check(app_configs=None, **kwargs) -> list[checks.Error]:
    """Django's system check of ``REY_DASHBOARD``."""
    return [
        checks.Error(problem, id='rey_dashboard.E001')
        for problem in _problems(getattr(settings, 'REY_DASHBOARD', {}))
    ]


def _problems(given):
    if not isinstance(given, dict):
        yield 'REY_DASHBOARD must be a dict'
        return
    known = vars(Settings())
    for key, value in given.items():
        if key not in known:
            yield (
                f'REY_DASHBOARD has no key {key!r}; it may hold '
                f'{", ".join(sorted(known))}'
            )
            continue
        default = known[key]
        name = f'REY_DASHBOARD[{key!r}]'
        if key in _TABLES:
            yield from _of_table(name, value, *_TABLES[key])
        elif isinstance(default, tuple):
            if not isinstance(value, (list, tuple)):
                yield f'{name} must be a list of strings'
        elif type(value) is not type(default):
            kind = 'a string' if isinstance(default, str) else 'a number'
            yield f'{name} must be {kind}'
        elif isinstance(value, int) and value < 1:
            yield f'{name} must be at least 1'


def _are_hours(value):
    return isinstance(value, dict) and all(
        isinstance(hours, int) and hours > 0 for hours in value.values()
    )


def _are_patterns(value):
    return isinstance(value, (list, tuple)) and all(
        isinstance(pattern, str) for pattern in value
    )


#: Keys that hold a dict: what it may hold, how its values are tested, words.
_TABLES = {
    'BACKUP_TARGETS_H': (
        ('domains', 'projects', 'volume_types'),
        _are_hours,
        'map names to whole hours, at least 1',
    ),
    'BACKUP_EXCLUDE': (
        ('volume_types', 'names', 'metadata'),
        _are_patterns,
        'be a list of strings',
    ),
}


def _of_table(name, value, keys, is_right, words):
    if not isinstance(value, dict) or set(value) - set(keys):
        yield f'{name} must be a dict with any of {", ".join(keys)}'
        return
    for key, inner in value.items():
        if not is_right(inner):
            yield f'{name}[{key!r}] must {words}'
