"""What is wrong with projects: full quotas, and things without a project."""

import math
from urllib import parse

from django import urls
from django.db.models import Count
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from rey_dashboard.checks import owners
from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import resources
from rey_dashboard.policy import usage
from rey_dashboard.projects import quota_commands

NEARLY_FULL_PERCENT = 90
FULL_PERCENT = 100
#: What a raised limit is of the greater of limit and use.
_MORE = 1.25
_STATES = models.ProjectSummary.State
_SEVERITY = registry.SEVERITY


class QuotaFull(registry.Check):
    """A finding a project, however many of its quotas are full."""

    label = _('Quotas that are nearly used up')
    area = 'usage'
    rule = usage.READ
    rests_on = (
        parts.IDENTITY,
        parts.COMPUTE_QUOTAS,
        parts.VOLUME_QUOTAS,
        parts.NETWORK,
    )
    titles = {
        'nearly': _('%(name)s uses %(percent)s%% of its quota: %(resource)s'),
        'full': _('%(name)s has used up its quota: %(resource)s'),
        'over': _('%(name)s uses more than its quota: %(resource)s'),
    }

    def find(self, region):
        projects = owners.Owners(region)
        by_project = {}
        for quota in _full(region):
            by_project.setdefault(quota['project_id'], []).append(quota)
        for project_id, quotas in by_project.items():
            if projects.counts(project_id):
                yield _quota_found(
                    project_id, projects.name(project_id), quotas
                )

    def title(self, finding):
        told = finding.evidence['quotas']
        # The worst stands first.
        worst = told[0]
        label = resources.find(worst['service'], worst['resource']).label
        title = self.titles[finding.word] % {
            'name': finding.subject_name or finding.subject,
            'percent': int(worst['percent']),
            'resource': label,
        }
        if len(told) > 1:
            more = _t('and %d more') % (len(told) - 1)
            title = f'{title} {more}'
        return title

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'What the project asks for beyond this is refused, though the '
                'cloud may have room.'
            ),
            causes=(
                _t('The project grows, and its quota was made for less.'),
                _t('It keeps what it does not need any more.'),
                _t('The quota was set below the use on purpose.'),
            ),
            commands=tuple(_quota_commands(finding)),
            mended=_t(
                'The next collection finds every use below %d %% of its limit.'
            )
            % NEARLY_FULL_PERCENT,
            documentation='nova/{release}/admin/quotas.html',
        )

    def page(self, finding):
        return urls.reverse(
            'horizon:rey:projects:detail', args=[finding.project_id]
        )

    def change(self, finding):
        chosen = parse.urlencode({'chosen': 1, 'project': finding.project_id})
        address = urls.reverse('horizon:rey:projects:set_quotas')
        return registry.Change(
            _t('Set quotas…'), f'{address}?{chosen}', usage.ACT
        )


class Orphans(registry.Check):
    """Things of a project that Keystone does not have any more."""

    label = _('Things of projects that are gone')
    area = 'usage'
    rule = usage.READ
    rests_on = (
        parts.IDENTITY,
        parts.SERVERS,
        parts.VOLUMES,
        parts.SNAPSHOTS,
        parts.BACKUPS,
        parts.NETWORK,
    )
    titles = {
        '': ngettext_lazy(
            '%(things)d thing belongs to %(name)s, a project that is gone',
            '%(things)d things belong to %(name)s, a project that is gone',
            'things',
        )
    }

    def find(self, region):
        projects = owners.Owners(region)
        gone_at = dict(
            models.Project.objects.filter(region=region)
            .exclude(gone_at=None)
            .values_list('id', 'gone_at')
        )
        for project_id, things in _owned_by_nobody(region).items():
            yield registry.Found(
                subject=project_id,
                subject_name=projects.name(project_id),
                severity=_SEVERITY.WARNING,
                evidence={'things': sum(things.values()), **things},
                project_id=project_id,
                hits=things.get('server', 0),
                hits_what=registry.HIT.SERVERS,
                since=gone_at.get(project_id),
            )

    def runbook(self, finding):
        return registry.Runbook(
            meaning=_t(
                'Nobody is left who could use or delete them, and they go on '
                'taking room.'
            ),
            causes=(
                _t('The project was deleted before what it owned.'),
                _t('Whatever deletes projects looks into no other service.'),
            ),
            commands=tuple(_orphan_commands(finding)),
            mended=_t('None of the lists tells anything any more.'),
            documentation='python-openstackclient/{release}/cli/'
            'command-objects/project-purge.html',
        )

    def page(self, finding):
        return urls.reverse(
            'horizon:rey:projects:detail', args=[finding.project_id]
        )


#: By the words of ``openstack ... list``.
_OWNED = {
    'server': models.Server,
    'volume': models.Volume,
    'volume snapshot': models.Snapshot,
    'volume backup': models.Backup,
    'floating ip': models.FloatingIp,
}
#: What ``openstack ... list`` needs to tell of one project; its list of
#: backups tells of all only (python-openstackclient 7.4).
_ALL, _ONE = '--all-projects', '--project'
_OPTIONS = {
    'server': (_ONE,),
    'volume': (_ONE,),
    'volume snapshot': (_ALL, _ONE),
    'volume backup': (_ALL,),
    'floating ip': (_ONE,),
}


def _owned_by_nobody(region):
    """How many of each kind, by project: one query a kind."""
    listed = models.PartState.objects.get(region=region, name=parts.IDENTITY)
    gone = models.ProjectSummary.objects.filter(
        region=region, state=_STATES.DELETED
    )
    owned = {}
    for kind, model in _OWNED.items():
        rows = model.objects.filter(
            region=region,
            project_id__in=gone.values('project_id'),
            # What is younger than the list of projects may be of a new one.
            created_at__lt=listed.started_at,
        )
        counts = rows.order_by().values_list('project_id')
        for project_id, number in counts.annotate(Count('id')):
            owned.setdefault(project_id, {})[kind] = number
    return owned


def _full(region):
    """The fullest first."""
    rows = models.Quota.objects.filter(
        region=region, percent__gte=NEARLY_FULL_PERCENT, counted=False
    ).order_by('-percent', 'service', 'resource')
    columns = (
        'project_id',
        'service',
        'resource',
        'limit',
        'in_use',
        'reserved',
        'percent',
    )
    for row in rows.values(*columns).iterator():
        if f'{row["service"]}.{row["resource"]}' not in resources.PER_THING:
            yield row


def _quota_found(project_id, name, quotas):
    # A use of 1 of nothing is 100 %, and over it all the same.
    quotas.sort(key=lambda quota: not _is_over(quota))
    word, severity = 'nearly', _SEVERITY.NOTE
    if _is_over(quotas[0]):
        word, severity = 'over', _SEVERITY.ERROR
    elif quotas[0]['percent'] == FULL_PERCENT:
        word, severity = 'full', _SEVERITY.WARNING
    for quota in quotas:
        del quota['project_id']
    return registry.Found(
        subject=project_id,
        subject_name=name,
        severity=severity,
        word=word,
        evidence={'quotas': quotas},
        project_id=project_id,
        hits=1,
        hits_what=registry.HIT.PROJECTS,
    )


def _is_over(quota):
    return quota['in_use'] > quota['limit']


def _quota_commands(finding):
    one = finding.project_id
    yield registry.command(
        _t('What it uses, and what it may'),
        *('openstack', 'quota', 'show', '--usage', one),
    )
    wanted = {}
    for quota in finding.evidence['quotas']:
        most = max(quota['limit'], quota['in_use'])
        more = wanted.setdefault(quota['service'], {})
        more[quota['resource']] = math.ceil(most * _MORE)
    for service, limits in wanted.items():
        for line in quota_commands.of(service, one, limits):
            yield registry.Command(_t('A quarter more of it'), line)


def _orphan_commands(finding):
    one = finding.subject
    yield registry.command(
        _t('Keystone says that it is gone'),
        *('openstack', 'project', 'show', one),
    )
    for kind in _OWNED:
        if kind in finding.evidence:
            options = _OPTIONS[kind]
            yield registry.command(
                _t('What is left'),
                *('openstack', *kind.split(), 'list', *options),
                *((one,) if _ONE in options else ()),
            )
            yield registry.command(
                _t('Delete what nobody needs, by the ids of that list'),
                *('openstack', *kind.split(), 'delete', 'ID'),
            )
