from django.urls import path

from rey_dashboard.services import switch_views
from rey_dashboard.services import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('disable/', switch_views.DisableView.as_view(), name='disable'),
    path('enable/', switch_views.EnableView.as_view(), name='enable'),
]
