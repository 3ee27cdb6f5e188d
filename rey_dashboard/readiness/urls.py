from django.urls import path

from rey_dashboard.readiness import expectation_views
from rey_dashboard.readiness import smoke_views
from rey_dashboard.readiness import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('run/', views.RunView.as_view(), name='run'),
    path('smoke-test/', smoke_views.SmokeView.as_view(), name='smoke_test'),
    path(
        'expectations/',
        expectation_views.ExpectationsView.as_view(),
        name='expectations',
    ),
    path('endpoints/', views.EndpointsView.as_view(), name='endpoints'),
    path('hosts/', views.HostsView.as_view(), name='hosts'),
    path('runs/', views.RunsView.as_view(), name='runs'),
    path('runs/<int:run_id>/', views.ReportView.as_view(), name='report'),
]
