from django.urls import path

from rey_dashboard.backups import back_up_views
from rey_dashboard.backups import drill_views
from rey_dashboard.backups import export_views
from rey_dashboard.backups import hold_views
from rey_dashboard.backups import import_views
from rey_dashboard.backups import policy_act_views
from rey_dashboard.backups import policy_form_views
from rey_dashboard.backups import policy_views
from rey_dashboard.backups import prune_views
from rey_dashboard.backups import restore_views
from rey_dashboard.backups import stuck_views
from rey_dashboard.backups import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('volumes/', views.VolumesView.as_view(), name='volumes'),
    path('all/', views.RecordsView.as_view(), name='all'),
    path('levels/', views.LevelsView.as_view(), name='levels'),
    path('back-up/', back_up_views.BackUpView.as_view(), name='back_up'),
    path('restore/', restore_views.RestoreView.as_view(), name='restore'),
    path(
        'restore-over/',
        restore_views.RestoreOverView.as_view(),
        name='restore_over',
    ),
    path('prove/', drill_views.ProveView.as_view(), name='prove'),
    path(
        'prove/backups/',
        drill_views.ProveBackupsView.as_view(),
        name='prove_backups',
    ),
    path('records/', export_views.IndexView.as_view(), name='exports'),
    path('export/', export_views.ExportView.as_view(), name='export'),
    path(
        'export/<int:task_id>/',
        export_views.DetailView.as_view(),
        name='exported',
    ),
    path(
        'export/<int:task_id>/drop/',
        export_views.DropView.as_view(),
        name='drop_export',
    ),
    path('import/', import_views.ImportView.as_view(), name='import'),
    path('policies/', policy_views.PoliciesView.as_view(), name='policies'),
    path(
        'policies/new/',
        policy_form_views.NewView.as_view(),
        name='new_policy',
    ),
    path(
        'policies/<int:policy_id>/',
        policy_views.PolicyView.as_view(),
        name='policy',
    ),
    path(
        'policies/<int:policy_id>/volumes/',
        policy_views.ReachedView.as_view(),
        name='policy_volumes',
    ),
    path(
        'policies/<int:policy_id>/edit/',
        policy_form_views.EditView.as_view(),
        name='edit_policy',
    ),
    path(
        'policies/<int:policy_id>/<slug:order>/',
        policy_act_views.OrderView.as_view(),
        name='order_policy',
    ),
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
