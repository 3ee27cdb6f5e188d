from django.urls import path

from rey_dashboard.projects import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('<str:project_id>/', views.ServersView.as_view(), name='detail'),
    path(
        '<str:project_id>/volumes/',
        views.VolumesView.as_view(),
        name='volumes',
    ),
]
