from django.urls import path

from rey_dashboard.backups import back_up_views
from rey_dashboard.backups import hold_views
from rey_dashboard.backups import prune_views
from rey_dashboard.backups import stuck_views
from rey_dashboard.backups import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('volumes/', views.VolumesView.as_view(), name='volumes'),
    path('all/', views.RecordsView.as_view(), name='all'),
    path('levels/', views.LevelsView.as_view(), name='levels'),
    path('back-up/', back_up_views.BackUpView.as_view(), name='back_up'),
    path('pruning/', prune_views.PruningView.as_view(), name='pruning'),
    path('prune/', prune_views.PruneView.as_view(), name='prune'),
    path('holds/', hold_views.HoldsView.as_view(), name='holds'),
    path('hold/', hold_views.HoldView.as_view(), name='hold'),
    path('release/', hold_views.ReleaseView.as_view(), name='release'),
    path('reset/', stuck_views.ResetView.as_view(), name='reset'),
    path(
        'force-delete/',
        stuck_views.ForceDeleteView.as_view(),
        name='force_delete',
    ),
]
