from django.urls import path

from rey_dashboard.data import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('readings/', views.ReadingsView.as_view(), name='readings'),
    path('age/', views.AgeView.as_view(), name='age'),
    path('refresh/', views.RefreshView.as_view(), name='refresh'),
]
