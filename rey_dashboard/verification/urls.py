from django.urls import path

from rey_dashboard.verification import baseline_views
from rey_dashboard.verification import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('take/', baseline_views.TakeView.as_view(), name='take'),
    path(
        'baselines/<int:baseline_id>/',
        baseline_views.BaselineView.as_view(),
        name='baseline',
    ),
    path(
        'baselines/<int:baseline_id>/compare/',
        baseline_views.CompareView.as_view(),
        name='compare',
    ),
    path(
        'baselines/<int:baseline_id>/delete/',
        baseline_views.DeleteView.as_view(),
        name='delete',
    ),
    path('comparisons/', views.ComparisonsView.as_view(), name='comparisons'),
    path(
        'comparisons/<int:comparison_id>/',
        views.ReportView.as_view(),
        name='report',
    ),
    path('check/', views.CheckView.as_view(), name='check'),
]
