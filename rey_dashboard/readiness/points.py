"""The points of a report: what is looked at, and how it is told."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import logging

from django.utils.translation import gettext_lazy as _

from rey_dashboard.readiness import models
from rey_dashboard.runs import reports

LOG = logging.getLogger(__name__)

PASS, FAIL, UNKNOWN = reports.PASS, reports.FAIL, reports.UNKNOWN

GROUPS = {
    'endpoints': _('Endpoints of all regions and interfaces'),
    'catalog': _('Catalog and clocks'),
    'certificates': _('Certificates'),
    'versions': _('Versions'),
    'services': _('Services'),
    'hosts': _('Hosts and zones'),
    'resources': _('Flavors, images, networks and volume types'),
    'rights': _('The service user'),
}
_NOT_KNOWN = _('%(subject)s: not known, since %(why)s')
#: What a point says, by its key and its result.
TEXTS: Mapping[str, Mapping[str, str]] = {
    'answers': {
        PASS: _('%(subject)s: all endpoints answer (%(number)d)'),
        FAIL: _('%(subject)s: %(bad)d of %(number)d do not answer'),
    },
    'none': {FAIL: _('The catalog has no endpoint that can be asked')},
    'quick': {
        PASS: _('All that answer are as quick as usual'),
        FAIL: _('Some endpoints are slow'),
    },
    'gaps': {
        PASS: _('The catalog lacks nothing'),
        FAIL: _('The catalog lacks something'),
    },
    'doubles': {
        PASS: _('The catalog has nothing twice'),
        FAIL: _('The catalog has something twice'),
    },
    'addresses': {
        PASS: _('The catalog has no wrong address'),
        FAIL: _('The catalog has wrong addresses'),
    },
    'clocks': {
        PASS: _('The clocks of services and worker agree'),
        FAIL: _('Clocks differ'),
        UNKNOWN: _('No service tells its time'),
    },
    'certificate': {
        PASS: _('%(subject)s: good until %(ends)s (%(days)d days)'),
        FAIL: _('%(subject)s: the certificate is not as it should be'),
        UNKNOWN: _('%(subject)s: the worker is told not to look at trust'),
    },
    'plain': {
        FAIL: _('Addresses for the public that are not encrypted: %(number)d'),
        UNKNOWN: _(
            'Addresses without encryption, so without certificate: %(number)d'
        ),
    },
    'version': {
        PASS: _('%(subject)s tells %(version)s'),
        UNKNOWN: _('%(subject)s tells no version without a token'),
    },
    'used_version': {
        PASS: _('%(subject)s: microversion %(version)s is used'),
        FAIL: _('%(subject)s: no microversion that is needed'),
    },
    'up': {
        PASS: _('%(subject)s: all are up and enabled (%(number)d)'),
        FAIL: _('%(subject)s: %(bad)d of %(number)d are down or disabled'),
    },
    'backup_service': {
        PASS: _('A backup service is up'),
        FAIL: _('No backup service is up: volumes cannot be backed up'),
    },
    'hosts': {
        PASS: _('All hypervisors are up and enabled (%(number)d)'),
        FAIL: _('Hypervisors: %(bad)d of %(number)d are down or disabled'),
    },
    'zones': {
        PASS: _('Each zone has a host for servers (%(number)d)'),
        FAIL: _('Zones without a host that is up and enabled'),
    },
    'some': {
        PASS: _('%(subject)s: %(number)s'),
        FAIL: _('%(subject)s: there is none'),
    },
    'default_type': {
        PASS: _('The default volume type is %(type)s'),
        FAIL: _('There is no default volume type'),
    },
    'default_quota': {
        PASS: _('Default quotas of %(subject)s leave room'),
        FAIL: _('Default quotas of %(subject)s leave no room'),
    },
    'reads': {
        PASS: _('It may read all that is collected of %(subject)s'),
        FAIL: _('It may not read all that is collected of %(subject)s'),
    },
    'changes': {
        PASS: _('It may change what tasks change of %(subject)s'),
        FAIL: _('It may not change what tasks change of %(subject)s'),
    },
}


@dataclasses.dataclass(frozen=True)
class Point:
    """One thing that was looked at.

    :param key: of TEXTS
    :param args: that its text is filled in with, as JSON can hold them
    :param evidence: lines in the words of the cloud
    """

    group: str
    key: str
    result: str
    subject: str = ''
    args: Mapping = dataclasses.field(default_factory=dict)
    evidence: Sequence[str] = ()


def unknown(group: str, key: str, subject: str, why: str) -> Point:
    """Not looked at, or in vain."""
    return Point(group, key, UNKNOWN, subject, {'why': why})


def stored(point: Point) -> dict:
    told = dataclasses.asdict(point)
    told['evidence'] = reports.lines(point.evidence)
    return told


def shown(run: models.ReadinessRun) -> Iterator[reports.Shown]:
    """Those of a run; what an older version of us wrote as far as it goes."""
    for told in run.points:
        yield reports.Shown(
            run_id=run.pk,
            run_ended_at=run.ended_at,
            group=told['group'],
            key=told['key'],
            subject=told['subject'],
            result=told['result'],
            words=_words(told),
            evidence=told['evidence'],
        )


def _words(told):
    args = {**told['args'], 'subject': told['subject']}
    try:
        if told['result'] == UNKNOWN and 'why' in args:
            return str(_NOT_KNOWN % args)
        return str(TEXTS[told['key']][told['result']] % args)
    except (KeyError, TypeError, ValueError):
        LOG.info('A point %s is told without its words', told['key'])
        return f'{told["key"]} {told["subject"]}'.strip()


def grouped(run: models.ReadinessRun) -> list[reports.Group]:
    return reports.grouped(shown(run), GROUPS)
