"""The tabs of the Backups panel."""

import typing

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rey_dashboard import policy
from rey_dashboard.backups import forms
from rey_dashboard.backups import holds
from rey_dashboard.backups import record_tables
from rey_dashboard.backups import services
from rey_dashboard.backups import tables
from rey_dashboard.inventory import levels
from rey_dashboard.inventory import meanings
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import scope
from rey_dashboard.pages import panels
from rey_dashboard.pages import protection
from rey_dashboard.pages import views
from rey_dashboard.policy import operate

#: Name in the URL conf, label.
TABS = (
    ('index', _('Projects, worst first')),
    ('volumes', _('Volumes')),
    ('all', _('All backups')),
    ('pruning', _('Pruning')),
    ('holds', _('Holds')),
    ('levels', _('Service level')),
    ('policies', _('Policies')),
)
#: For who may act in the whole cloud: records are Cinder's, no domain's.
OF_WHOLE_CLOUD = (('exports', _('Records')),)


class Act(typing.NamedTuple):
    """What can be asked for rows of a tab; see ``asking.AskView``.

    :param name: in the URL conf
    :param chosen: label of the button for those that are ticked
    :param all: the same for all that match; nothing where that makes no sense
    :param whole: it is for who may do it in the whole cloud
    """

    name: str
    chosen: str
    all: str = ''
    rule: str = operate.ACT
    whole: bool = False


def tabs(request, rows: scope.Scope) -> list[tuple[str, str]]:
    """Addresses and labels; whoever may see the panel sees most."""
    names = TABS
    if rows.is_whole and policy.allowed(request, operate.ACT):
        names += OF_WHOLE_CLOUD
    return [
        (reverse(f'horizon:rey:backups:{name}'), label)
        for name, label in names
    ]


class TabView(views.TableView):
    """A tab below the bar of the whole scope.

    :cvar acts: what can be asked for its rows
    """

    acts: tuple[Act, ...] = ()

    rule = operate.READ
    parts = (
        parts.IDENTITY,
        parts.VOLUMES,
        parts.SNAPSHOTS,
        parts.BACKUPS,
        parts.VOLUME_SERVICES,
    )
    template_name = 'rey/backups/list.html'

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            protection=protection.of_domains(self.scope.domain_coverage()),
            troubles=services.troubles(self.scope),
            tabs=tabs(self.request, self.scope),
            may_admin=panels.may_admin(self.request),
            may_restore=scope.is_open(self.request, operate.ACT),
            may_restore_over=scope.is_open(self.request, operate.RESTORE_OVER),
            proven=self.scope.proven_volumes().count(),
            acts=[
                (reverse(f'horizon:rey:backups:{act.name}'), act)
                for act in self.acts
                if scope.is_open(self.request, act.rule)
                and (self.scope.is_whole or not act.whole)
            ],
            **kwargs,
        )

    def projects_of(self, ids):
        """Id -> summary, of the projects that the user may see."""
        found = self.scope.summaries().filter(project_id__in=set(ids))
        return {project.project_id: project for project in found}


class IndexView(TabView):
    """One row a project, those with most volumes at risk first."""

    form_class = forms.ProjectsForm
    page_title = _('Backups')
    table = tables.PROJECTS

    def get_rows(self):
        return self.scope.project_coverage().filter(volumes__gt=0)

    def load(self, page):
        projects = self.projects_of(row.project_id for row in page)
        for row in page:
            row.project = projects.get(row.project_id)
            row.risks = [
                (state, state.label, getattr(row, state))
                for state in models.VolumeCoverage.AT_RISK
                if getattr(row, state)
            ]
            row.meaning = meanings.of(row.fail_reason)


class VolumesView(TabView):
    """One row a volume, the worst and largest first."""

    parts = (*TabView.parts, parts.SERVERS)
    form_class = forms.VolumesForm
    page_title = _('Backups of volumes')
    acts = (
        Act('back_up', _('Back up the chosen…'), _('Back up all…')),
        Act('prove', _('Prove the chosen…'), _('Prove all…')),
    )

    def get_table(self):
        if self.scope.is_whole:
            return tables.VOLUMES
        return tables.VOLUMES.without('back_end')

    def get_rows(self):
        return self.scope.volume_coverage()

    def load(self, page):
        projects = self.projects_of(row.project_id for row in page)
        backups = dict(
            self.scope.backups()
            .filter(id__in={row.last_good_id for row in page})
            .values_list('id', 'name')
        )
        servers = self._servers({row.volume_id for row in page})
        proven = {
            row.volume_id: row
            for row in self.scope.proven_volumes().filter(
                volume_id__in=[row.volume_id for row in page]
            )
        }
        for row in page:
            row.proven = proven.get(row.volume_id)
            row.project = projects.get(row.project_id)
            row.last_good_name = backups.get(row.last_good_id)
            row.servers = servers.get(row.volume_id, [])
            row.meaning = meanings.of(row.fail_reason)

    def _servers(self, volume_ids):
        """Volume id -> pairs of id and name of what it is attached to."""
        attached = dict(
            self.scope.volumes()
            .filter(id__in=volume_ids)
            .values_list('id', 'server_ids')
        )
        ids = {id_ for server_ids in attached.values() for id_ in server_ids}
        names = dict(
            self.scope.servers().filter(id__in=ids).values_list('id', 'name')
        )
        return {
            volume_id: [(id_, names.get(id_) or id_) for id_ in server_ids]
            for volume_id, server_ids in attached.items()
        }


class RecordsView(TabView):
    """One row for each backup that Cinder has, the youngest first."""

    form_class = forms.RecordsForm
    page_title = _('All backups')
    table = record_tables.RECORDS
    acts = (
        Act('restore', _('Restore the chosen to new volumes…')),
        Act('prove_backups', _('Prove the chosen…')),
        Act(
            'export',
            _('Export records of the chosen…'),
            _('Export records of all…'),
            whole=True,
        ),
        Act('hold', _('Put the chosen on hold…'), rule=operate.HOLD),
        Act('reset', _('Reset the chosen…')),
        Act('force_delete', _('Delete the chosen by force…')),
    )

    def get_rows(self):
        return self.scope.backups()

    def load(self, page):
        projects = self.projects_of(row.project_id for row in page)
        chains = {
            chain.backup_id: chain
            for chain in models.BackupChain.objects.filter(
                region=self.scope.region,
                backup_id__in={row.id for row in page},
            )
        }
        below = {chain.parent_id for chain in chains.values()}
        below |= {chain.full_id for chain in chains.values()}
        # What it builds on may be another domain's.
        names = dict(
            self.scope.backups().filter(id__in=below).values_list('id', 'name')
        )
        volumes = dict(
            self.scope.volumes()
            .filter(id__in={row.volume_id for row in page})
            .values_list('id', 'name')
        )
        held = holds.of(self.scope.region, {row.id for row in page})
        for row in page:
            row.project = projects.get(row.project_id)
            row.hold = held.get(row.id)
            row.chain = chains.get(row.id)
            row.parent, row.full_id = _below(row.chain, names)
            row.volume_name = volumes.get(row.volume_id)
            row.meaning = meanings.of(row.fail_reason)


class LevelsView(TabView):
    """One row a project or a domain: its share within the target."""

    parts = (parts.IDENTITY, parts.VOLUMES, parts.BACKUPS)
    form_class = forms.LevelsForm
    page_title = _('Service level of backups')

    def get_table(self):
        if self.form.is_by_domain:
            return record_tables.LEVELS_OF_DOMAINS
        return record_tables.LEVELS

    def get_rows(self):
        if self.form.is_by_domain:
            return levels.by_domain(self.scope.domain_levels())
        return levels.by_project(self.scope.service_levels())

    def load(self, page):
        if self.form.is_by_domain:
            self._load_domains(page)
            return
        projects = self.projects_of(row['project_id'] for row in page)
        for row in page:
            project = projects.get(row['project_id'])
            row['project_name'] = project and project.name
            row['domain_id'] = project and project.domain_id
            row['domain_name'] = project and project.domain_name

    def _load_domains(self, page):
        names = dict(
            self.scope.domain_summaries()
            .filter(domain_id__in={row['domain_id'] for row in page})
            .values_list('domain_id', 'name')
        )
        for row in page:
            row['domain_name'] = names.get(row['domain_id'])
            row['project_id'] = row['project_name'] = None

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for row in context['page'].object_list:
            row['spans'] = [
                (span, row[f'percent_{span}'], row[f'days_{span}'])
                for span in levels.SPANS
            ]
        return context


def _below(chain, names):
    """What a backup builds on, as id and name, and the full one's id."""
    if not chain:
        return None, None
    parent = chain.parent_id
    return (
        (parent, names[parent] or parent) if parent in names else None,
        chain.full_id if chain.full_id in names else None,
    )
