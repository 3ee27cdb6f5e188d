from django.urls import path

from rey_dashboard.find import dossier_views
from rey_dashboard.find import views

urlpatterns = [
    path('', views.IndexView.as_view(), name='index'),
    # Before what takes any path.
    *(
        path(
            f'{dossier.kind}/<path:thing_id>/live/',
            dossier_views.NowView.as_view(dossier=dossier),
            name=f'{dossier.kind}_live',
        )
        for dossier in dossier_views.ALL
    ),
    *(
        path(
            f'{dossier.kind}/<path:thing_id>/',
            dossier_views.DossierView.as_view(dossier=dossier),
            name=dossier.kind,
        )
        for dossier in dossier_views.ALL
    ),
]
