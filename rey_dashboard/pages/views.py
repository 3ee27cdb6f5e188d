"""The views that panels build on."""

from collections.abc import Iterable
import functools
import itertools
import logging

from django import db
from django import http
from django import shortcuts
from django.core import exceptions
from django.core import paginator
from django.utils.translation import gettext as _
from django.views import generic

from horizon import views

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.inventory import databases
from rey_dashboard.inventory import freshness
from rey_dashboard.inventory import hours
from rey_dashboard.inventory import scope
from rey_dashboard.pages import exports
from rey_dashboard.pages import periods
from rey_dashboard.pages import reporting
from rey_dashboard.pages import tables

LOG = logging.getLogger(__name__)

#: Rows of an export that are fetched, and loaded, together.
CHUNK = 500


class ScopedView(generic.View):
    """A view of what the user may see by ``rule``, as ``self.scope``."""

    rule: str

    def dispatch(self, request, *args, **kwargs):
        try:
            self.scope = scope.of(request, self.rule)
        except scope.Closed as error:
            return shortcuts.render(
                request,
                'rey/pages/closed.html',
                {
                    'page_title': _('Closed for now'),
                    'read_at': error.read_at,
                    'report': reporting.Report(request),
                },
                status=403,
            )
        return super().dispatch(request, *args, **kwargs)


class PageView(ScopedView, views.HorizonTemplateView):
    """A page that tells the age of its data.

    ``parts`` names what of the inventory it shows.
    """

    parts: tuple[str, ...] = ()

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except db.Error as error:
            return self._without_data(databases.explain(error))
        except exceptions.ImproperlyConfigured as error:
            return self._without_data(
                faults.Explanation(
                    str(error),
                    _(
                        'Look at REY_DASHBOARD and DATABASES in the settings '
                        'of Horizon.'
                    ),
                )
            )

    def _without_data(self, explained):
        LOG.exception('The database cannot be used')
        scope_ = getattr(self, 'scope', None)
        return shortcuts.render(
            self.request,
            'rey/pages/no_database.html',
            {
                'page_title': _('No data'),
                'explained': explained,
                'scope': scope_,
                'report': reporting.Report(self.request, scope_),
            },
            status=503,
        )

    def get_context_data(self, **kwargs):
        fresh = None
        if self.parts:
            fresh = freshness.of(self.scope.region, self.parts)
        return super().get_context_data(
            freshness=fresh,
            scope=self.scope,
            report=reporting.Report(self.request, self.scope, fresh, self),
            **kwargs,
        )

    def report_ids(self) -> Iterable[tuple[str, Iterable[str]]]:
        """What request ids a report of this page tells, each of what."""
        return ()


class TableView(PageView):
    """A page with one table: ``?sort=``, ``?page=``, ``?format=`` and filters.

    The subclass names the table and the filter form, and gives the rows.

    :cvar when_empty: said where there are none: what they are, and how the
        first comes
    """

    table: tables.Table
    form_class = None
    when_empty = ''

    def get_table(self) -> tables.Table:
        return self.table

    def get_rows(self):
        """All rows that the user may see, before the filter."""
        raise NotImplementedError

    def nothing(self, rows):
        """Of a filter that cannot be used."""
        return [] if isinstance(rows, list) else rows.none()

    def load(self, rows: list) -> None:
        """Fetches what else the rows show, for all of them at once."""

    def get_form(self):
        if not self.form_class:
            return None
        return self.form_class(self.request.GET, scope=self.scope)

    def order(self, rows, sort: str):
        return self.table.ordered(rows, sort, self.scope.region)

    @property
    def sorts(self) -> set[str]:
        """What it sorts by, where that is no name of somebody's thing."""
        return {column.name for column in self.table.columns}

    def get(self, request, *args, **kwargs):
        self.form = self.get_form()
        if self.form:
            self.form.is_valid()
        rows = self.get_rows()
        if self.form and self.form.errors:
            rows = self.nothing(rows)
        elif self.form:
            rows = self.form.filter(rows)
        self.table = self.get_table()
        self.rows = self.order(rows, request.GET.get('sort', ''))
        if self.is_export:
            return self._export(request.GET['format'])
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        pages = paginator.Paginator(self.rows, conf.current().PAGE_SIZE)
        page = pages.get_page(self.request.GET.get('page'))
        page.object_list = list(page.object_list)
        self.load(page.object_list)
        return super().get_context_data(
            table=self.table,
            headers=self.table.headers(self.request.GET.get('sort', '')),
            form=self.form,
            page=page,
            page_numbers=pages.get_elided_page_range(page.number),
            **kwargs,
        )

    @property
    def is_export(self) -> bool:
        return 'format' in self.request.GET

    def _export(self, format_):
        if format_ not in exports.FORMATS:
            return http.HttpResponseBadRequest(
                _('The format must be csv or json.'), content_type='text/plain'
            )
        if self.form and self.form.errors:
            return http.HttpResponseBadRequest(
                self.form.errors.as_text(), content_type='text/plain'
            )
        return exports.response(
            format_, self.table, self._loaded(), self.get_about()
        )

    def get_about(self) -> dict:
        """What a JSON export says of itself."""
        fresh = freshness.of(self.scope.region, self.parts)
        return {
            'region': self.scope.region,
            'as_of': {part.name: part.last_good_at for part in fresh.parts},
        }

    def _loaded(self):
        rows = iter(self.rows)
        if not isinstance(self.rows, list):
            rows = self.rows.iterator(chunk_size=CHUNK)
        # In batches, so that what belongs to them is fetched for all at once.
        while batch := list(itertools.islice(rows, CHUNK)):
            self.load(batch)
            yield from batch


class PeriodView(TableView):
    """A table with server hours of the days that its form chooses."""

    @property
    def period(self) -> periods.Period:
        return self.form.chosen

    @functools.cached_property
    def coverage(self) -> hours.Coverage:
        return hours.coverage(self.scope.region, self.period)

    def get_about(self):
        return {
            **super().get_about(),
            'first_day': self.period.first.isoformat(),
            'last_day': self.period.last.isoformat(),
            'running_until': self.coverage.running_until,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            period=self.period, coverage=self.coverage, **kwargs
        )
