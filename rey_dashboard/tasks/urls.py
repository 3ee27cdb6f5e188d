from django.urls import path

from rey_dashboard.tasks import news
from rey_dashboard.tasks import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    path('news/', news.NewsView.as_view(), name='news'),
    path('<int:task_id>/', views.TaskView.as_view(), name='task'),
    path(
        '<int:task_id>/<slug:order>/', views.OrderView.as_view(), name='order'
    ),
]
