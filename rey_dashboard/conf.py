"""The one settings dict, ``REY_DASHBOARD``: defaults and validation."""

import dataclasses

from django.conf import settings
from django.core import checks
from django.core import exceptions


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
    #: Older data is called old on the pages.
    STALE_AFTER_S: int = 900
    #: Names of domains whose (machine-made) projects are left out.
    EXCLUDE_DOMAINS: tuple[str, ...] = ('heat_user_domain',)
    #: Names of the project property, or of the tag (``name:value`` or
    #: ``name=value``), that tell a project's owner or contact; the first wins.
    CONTACT: tuple[str, ...] = ('contact', 'owner')
    #: How long the days of hours and of history are kept.
    KEEP_DAYS: int = 400
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
    known = {field.name: field for field in dataclasses.fields(Settings)}
    for key, value in given.items():
        if key not in known:
            yield (
                f'REY_DASHBOARD has no key {key!r}; it may hold '
                f'{", ".join(sorted(known))}'
            )
            continue
        default = known[key].default
        if isinstance(default, tuple):
            if not isinstance(value, (list, tuple)):
                yield f'REY_DASHBOARD[{key!r}] must be a list of strings'
        elif type(value) is not type(default):
            kind = 'a string' if isinstance(default, str) else 'a number'
            yield f'REY_DASHBOARD[{key!r}] must be {kind}'
        elif isinstance(value, int) and value < 1:
            yield f'REY_DASHBOARD[{key!r}] must be at least 1'
