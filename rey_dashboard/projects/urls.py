from django.urls import path

from rey_dashboard.projects import details
from rey_dashboard.projects import quota_views
from rey_dashboard.projects import records
from rey_dashboard.projects import views

#: Of one project; an id never equals a name above these.
TABS = (
    ('', details.ServersView, 'detail'),
    ('volumes/', details.VolumesView, 'volumes'),
    ('snapshots/', details.SnapshotsView, 'snapshots'),
    ('backups/', details.BackupsView, 'backups'),
    ('floating-ips/', details.FloatingIpsView, 'floating_ips'),
    ('people/', records.PeopleView, 'people'),
    ('hours/', records.HoursView, 'hours'),
    ('history/', records.HistoryView, 'history'),
)

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('columns/', views.ColumnsView.as_view(), name='columns'),
    path('domains/', views.DomainsView.as_view(), name='domains'),
    path('users/', views.UsersView.as_view(), name='users'),
    path(
        'set-quotas/', quota_views.SetQuotasView.as_view(), name='set_quotas'
    ),
    path('quotas/', views.QuotasView.as_view(), name='quotas'),
    *(
        path(f'<str:project_id>/{end}', view.as_view(), name=name)
        for end, view, name in TABS
    ),
]
