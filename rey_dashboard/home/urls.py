from django.urls import path

from rey_dashboard.home import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
]
