"""The page Today, the list of findings, and when each check looked."""

from collections.abc import Mapping

from django.db.models import Count
from django.utils import cache
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.checks import seeing
from rey_dashboard.checks import showing
from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import parts
from rey_dashboard.inventory import rhythm
from rey_dashboard.inventory import scope as scope_
from rey_dashboard.pages import names
from rey_dashboard.pages import views
from rey_dashboard.policy import today as rules
from rey_dashboard.today import attention
from rey_dashboard.today import cards
from rey_dashboard.today import evidence
from rey_dashboard.today import forms
from rey_dashboard.today import looks
from rey_dashboard.today import tables
from rey_dashboard.today import work


class _OfChecks:
    """What the user may see of each check, and of what they found."""

    rule = rules.READ

    @cached_property
    def scopes(self) -> Mapping[str, scope_.Scope]:
        return seeing.scopes(self.request)

    @property
    def tells_hosts(self) -> bool:
        """Whether all that he sees is of the whole cloud."""
        return all(scope.is_whole for scope in self.scopes.values())


class IndexView(_OfChecks, views.PageView):
    """What needs attention, and how the cloud is, in ten seconds.

    htmx asks for the part of it that changes, without Horizon's frame.
    """

    # The others are read once an hour, and are nothing of today.
    parts = tuple(name for name in parts.LABELS if name not in rhythm.EVERY_S)
    template_name = 'rey/today/index.html'
    page_title = _('Today')

    def get_template_names(self):
        if self.request.headers.get('HX-Request'):
            return ['rey/today/_live.html']
        return super().get_template_names()

    def get(self, request, *args, **kwargs):
        answer = super().get(request, *args, **kwargs)
        cache.patch_vary_headers(answer, ['HX-Request'])
        return answer

    def get_context_data(self, **kwargs):
        looked = looks.of(self.scopes, self.scope.region)
        # Who has a part of the rights has his own to do.
        mine_first = not self._sees_all()
        found = attention.of(self.request, seeing.of(self.request), mine_first)
        every = freshness.of(self.scope.region, tuple(parts.LABELS))
        work_ = work.of(self.request, mine_first)
        return super().get_context_data(
            attention=found,
            cards=cards.of(self.request, every, found.worst, looked),
            work=work_,
            icons=attention.ICONS,
            hours=forms.HOURS,
            **_told_of(looked),
            **kwargs,
        )

    def _sees_all(self):
        return all(
            scope_.is_open(self.request, area.rule)
            and scope_.of(self.request, area.rule).is_whole
            for area in cards.AREAS
        )


def _told_of(looked):
    """When they looked last, and which of them could not."""
    good = [look.last_good_at for look in looked if look.last_good_at]
    never = [look for look in looked if not look.looked_at]
    return {
        'looked': looked,
        'last_look': max(good, default=None),
        'never_looked': never,
        'blind': [look for look in looked if look.why_not and look.looked_at],
    }


class FindingsView(_OfChecks, views.TableView):
    """One row a finding, the worst first."""

    template_name = 'rey/today/findings.html'
    page_title = _('Findings')

    def get_form(self):
        return forms.FindingsForm(
            self.request.GET,
            scopes=self.scopes,
            user_id=self.request.user.id,
            tells_hosts=self.tells_hosts,
        )

    def get_table(self):
        if self.tells_hosts:
            return tables.FINDINGS
        return tables.FINDINGS.without('host')

    def get_rows(self):
        return seeing.of(self.request)

    def load(self, page):
        known = names.of_projects(
            self.scope.region, {row.project_id for row in page}
        )
        for row in page:
            check = registry.installed()[row.check_name]
            row.shown_title = showing.title(row)
            row.label, row.area = check.label, check.area
            row.project_name = known.get(row.project_id, '')
            row.colour = showing.COLOURS[row.severity]
            whole = self.scopes[row.check_name].is_whole
            row.evidence = evidence.shown(row.evidence, whole)
            row.icon = attention.ICONS[row.severity]


class ChecksView(_OfChecks, views.TableView):
    """One row a check: when it looked, and why it did not."""

    table = tables.CHECKS
    template_name = 'rey/today/checks.html'
    page_title = _('Checks')

    def get_rows(self):
        findings = seeing.of(self.request).open().order_by()
        counts = findings.values_list('check_name').annotate(Count('pk'))
        return looks.of(self.scopes, self.scope.region, dict(counts))

    def get_context_data(self, **kwargs):
        troubles = {}
        if self.scope.is_whole:
            troubles = registry.installed().troubles
        return super().get_context_data(
            troubles=troubles.values(), areas=forms.AREAS, **kwargs
        )
