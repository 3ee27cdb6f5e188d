"""Volumes that no good backup protects: a finding a project and state."""

from urllib import parse

from django import urls
from django.db.models import Count
from django.db.models import F
from django.db.models import Min
from django.db.models import Sum
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from rey_dashboard.checks import owners
from rey_dashboard.checks import registry
from rey_dashboard.inventory import meanings
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.policy import operate

#: Volumes that a finding names, the largest first.
NAMED = 5
#: Of Cinder's words on a failure.
_LONGEST = 500
_STATES = models.VolumeCoverage.State
_SEVERITY = {
    _STATES.STUCK: registry.SEVERITY.ERROR,
    _STATES.FAILING: registry.SEVERITY.ERROR,
    _STATES.NEVER: registry.SEVERITY.WARNING,
    _STATES.STALE: registry.SEVERITY.WARNING,
}
#: Which of the times of its volumes tells when a state began.
_SINCE = {_STATES.STUCK: 'tried_at', _STATES.FAILING: 'failing_since'}


class VolumesAtRisk(registry.Check):
    """Ten thousand volumes without a backup are one finding a project."""

    label = _('Volumes without a good backup')
    area = 'operate'
    rule = operate.READ
    rests_on = (parts.IDENTITY, parts.VOLUMES, parts.BACKUPS, parts.READY)
    titles = {
        _STATES.STUCK: ngettext_lazy(
            '%(name)s: the backup of %(volumes)d volume is stuck',
            '%(name)s: the backups of %(volumes)d volumes are stuck',
            'volumes',
        ),
        _STATES.FAILING: ngettext_lazy(
            '%(name)s: the backup of %(volumes)d volume fails',
            '%(name)s: the backups of %(volumes)d volumes fail',
            'volumes',
        ),
        _STATES.NEVER: ngettext_lazy(
            '%(name)s: %(volumes)d volume was never backed up',
            '%(name)s: %(volumes)d volumes were never backed up',
            'volumes',
        ),
        _STATES.STALE: ngettext_lazy(
            '%(name)s: the backup of %(volumes)d volume is too old',
            '%(name)s: the backups of %(volumes)d volumes are too old',
            'volumes',
        ),
    }

    def find(self, region):
        projects = owners.Owners(region)
        worst = _worst(region)
        for sums in _sums(region):
            project_id, state = sums['project_id'], sums['state']
            named = worst[project_id, state]
            yield registry.Found(
                subject=f'{project_id}:{state}',
                subject_name=projects.name(project_id) or project_id,
                severity=_SEVERITY[state],
                word=state,
                evidence={
                    'volumes': sums['volumes'],
                    'gib': sums['gib'],
                    'oldest_good_at': sums['good_at'],
                    'worst': named,
                },
                project_id=project_id,
                hits=sums['volumes'],
                hits_what=registry.HIT.VOLUMES,
                since=sums[_SINCE[state]] if state in _SINCE else None,
            )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t('If such a volume is lost now, so is what changed.')
            if finding.word == _STATES.STALE
            else _t('If such a volume is lost now, nothing brings it back.'),
            causes=tuple(_causes(finding)),
            commands=tuple(_commands(finding)),
            mended=_t(
                'A backup of each volume is available, and younger than its '
                'target.'
            ),
            documentation='cinder/{release}/admin/volume-backups.html',
        )

    def page(self, finding):
        return _address('volumes', finding)

    def change(self, finding):
        if finding.word == _STATES.STUCK:
            # Another one would wait for it.
            return None
        return registry.Change(
            _t('Back them up…'),
            _address('back_up', finding),
            operate.ACT,
            of_domains=True,
        )


def _address(name, finding):
    """Of a page that lists the finding's volumes, or asks for them."""
    told = {'project': finding.project_id, 'state': finding.word}
    address = urls.reverse(f'horizon:rey:backups:{name}')
    return f'{address}?{parse.urlencode(told)}'


def _at_risk(region):
    return models.VolumeCoverage.objects.filter(
        region=region, state__in=models.VolumeCoverage.AT_RISK
    )


def _sums(region):
    return (
        _at_risk(region)
        .order_by()
        .values('project_id', 'state')
        .annotate(
            volumes=Count('volume_id'),
            gib=Sum('size_gib'),
            good_at=Min('last_good_at'),
            tried_at=Min('last_try_at'),
            failing_since=Min('failing_since'),
        )
    )


def _worst(region):
    """The largest volumes of each project and state."""
    place = Window(
        RowNumber(),
        partition_by=('project_id', 'state'),
        order_by=(F('size_gib').desc(), F('volume_id')),
    )
    columns = ('volume_id', 'name', 'size_gib', 'back_end', 'fail_reason')
    rows = _at_risk(region).annotate(place=place).filter(place__lte=NAMED)
    found = {}
    for row in rows.values('project_id', 'state', 'place', *columns):
        key = row['project_id'], row['state']
        told = {name: row[name] for name in columns}
        told['fail_reason'] = told['fail_reason'][:_LONGEST]
        found.setdefault(key, []).append((row['place'], told))
    return {
        key: [told for _place, told in sorted(rows, key=lambda row: row[0])]
        for key, rows in found.items()
    }


def _causes(finding):
    if finding.word == _STATES.FAILING:
        reasons = (row['fail_reason'] for row in finding.evidence['worst'])
        for reason in dict.fromkeys(reasons):
            meaning = meanings.of(reason)
            if meaning:
                yield f'{meaning.words} {meaning.remedy}'
        yield _t('Cinder’s words of the failure tell more: see the evidence.')
    elif finding.word == _STATES.STUCK:
        yield _t('cinder-backup stopped or lost its storage meanwhile.')
        yield _t('The volume’s back end or the backup storage is very slow.')
    else:
        yield _t('Nothing makes backups of this project regularly.')
        yield _t('Whatever makes them has stopped, or has no right any more.')
        yield _t('They need none: the setting BACKUP_EXCLUDE leaves such out.')


def _commands(finding):
    yield registry.command(
        _t('Whether the backup services are up'),
        *('openstack', 'volume', 'service', 'list'),
        *('--service', 'cinder-backup'),
    )
    for row in finding.evidence['worst']:
        one = row['volume_id']
        yield registry.command(
            _t('The backups of a volume'),
            *('openstack', 'volume', 'backup', 'list', '--all-projects'),
            *('--volume', one),
        )
        if finding.word != _STATES.STUCK:
            yield registry.command(
                _t('Make one now, as a user of its project'),
                *('openstack', 'volume', 'backup', 'create', '--force', one),
            )
