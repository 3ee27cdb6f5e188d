from django.urls import path

from rey_dashboard.today import finding_views
from rey_dashboard.today import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('checks/', views.ChecksView.as_view(), name='checks'),
    path('findings/', views.FindingsView.as_view(), name='findings'),
    path(
        'findings/<int:finding_id>/',
        finding_views.FindingView.as_view(),
        name='finding',
    ),
    path(
        'findings/<int:finding_id>/<slug:order>/',
        finding_views.OrderView.as_view(),
        name='order',
    ),
]
