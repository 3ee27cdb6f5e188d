from django.urls import path

from rey_dashboard.backups import back_up_views
from rey_dashboard.backups import policy_act_views
from rey_dashboard.backups import policy_form_views
from rey_dashboard.backups import policy_views
from rey_dashboard.backups import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('volumes/', views.VolumesView.as_view(), name='volumes'),
    path('all/', views.RecordsView.as_view(), name='all'),
    path('levels/', views.LevelsView.as_view(), name='levels'),
    path('back-up/', back_up_views.BackUpView.as_view(), name='back_up'),
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
]
