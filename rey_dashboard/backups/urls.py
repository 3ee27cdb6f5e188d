from django.urls import path

from rey_dashboard.backups import back_up_views
from rey_dashboard.backups import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('volumes/', views.VolumesView.as_view(), name='volumes'),
    path('all/', views.RecordsView.as_view(), name='all'),
    path('levels/', views.LevelsView.as_view(), name='levels'),
    path('back-up/', back_up_views.BackUpView.as_view(), name='back_up'),
]
