from django.urls import path

from rey_dashboard.versions import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('releases/', views.ReleasesView.as_view(), name='releases'),
    path('changes/', views.ChangesView.as_view(), name='changes'),
    path('hypervisors/', views.HypervisorsView.as_view(), name='hypervisors'),
]
