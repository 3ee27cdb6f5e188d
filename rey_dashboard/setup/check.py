"""``rey-dashboard check``: looks at everything, and tells each remedy."""

from collections.abc import Iterator
import dataclasses
import json
import textwrap

from django import apps
from django.conf import settings

from rey_dashboard import conf
from rey_dashboard.setup import checks_cloud
from rey_dashboard.setup import checks_horizon
from rey_dashboard.setup import checks_rights
from rey_dashboard.setup import verdict as verdict_

AREAS = ('horizon', 'database', 'cloud')
_APP = 'rey_dashboard'
_WIDE = 24


def run(only: str | None = None, as_json: bool = False) -> int:
    """Prints what was found as it is found; the exit status.

    What is unknown is no reason for 1: it is told, with how to find out.

    :param only: one of ``AREAS``
    """
    verdicts = []
    for verdict in verdicts_of(only):
        verdicts.append(verdict)
        if not as_json:
            _tell(verdict)
    bad = [
        verdict
        for verdict in verdicts
        if verdict.state is verdict_.State.NOT_WELL
    ]
    if as_json:
        rows = [dataclasses.asdict(verdict) for verdict in verdicts]
        print(json.dumps({'well': not bad, 'checks': rows}, indent=1))
    else:
        _tell_remedies(bad)
    return 1 if bad else 0


def verdicts_of(only: str | None = None) -> Iterator[verdict_.Verdict]:
    """All verdicts of one area, or of all.

    When Horizon lacks our app there are no tables to ask for the rest.
    """
    # Horizon's settings are needed for all else.
    loaded = checks_horizon.load()
    if only in (None, 'horizon') or loaded.state != verdict_.State.WELL:
        yield loaded
    if only in (None, 'horizon') and settings.configured:
        yield from checks_horizon.verdicts()
    if only == 'horizon':
        return
    if (
        settings.configured
        and apps.apps.ready
        and apps.apps.is_installed(_APP)
        and not conf.check()
    ):
        yield from _database_and_cloud(only)
    else:
        yield verdict_.unknown(
            'The rest', "Not tried: it needs the dashboard's settings first."
        )


def _database_and_cloud(only):
    # They need our tables' models, and so the app.
    from rey_dashboard.setup import checks_data
    from rey_dashboard.setup import checks_database

    found = list(checks_database.verdicts()) if only != 'cloud' else []
    yield from found
    if only == 'database':
        return
    ours = conf.current()
    signed_in, cloud = checks_cloud.sign_in(ours)
    yield signed_in
    if cloud:
        yield from checks_rights.verdicts(cloud, ours)
    usable = all(
        verdict.state is not verdict_.State.NOT_WELL for verdict in found
    )
    if only is None and usable:
        yield from checks_data.verdicts(cloud.region if cloud else None)


def _tell(verdict):
    print(f'{verdict.state:<9} {verdict.name:<{_WIDE}} {verdict.words}')
    if verdict.state is verdict_.State.UNKNOWN and verdict.remedy:
        print(textwrap.indent(verdict.remedy, ' ' * (11 + _WIDE)))


def _tell_remedies(bad):
    if not bad:
        print('All is well, as far as it can be told.')
        return
    print(f'\nNot well: {len(bad)}. What to do:')
    names = {}
    for verdict in bad:
        names.setdefault(verdict.remedy, []).append(verdict.name)
    for remedy, of in names.items():
        print(f'{", ".join(of)}: {remedy}')
