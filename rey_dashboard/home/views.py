from django.views import generic

from rey_dashboard.home import panel


class IndexView(generic.RedirectView):
    """Leads to the first page that the user may see."""

    def get_redirect_url(self, *args, **kwargs):
        return next(panel.panels({'request': self.request})).get_absolute_url()
