from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import models
from rey_dashboard.inventory import releases
from rey_dashboard.pages import forms


class EndpointsForm(forms.Filter):
    """Which endpoints are listed; they are few, so the rows are a list."""

    narrowing = ('q', 'in_region', 'release')

    q = forms.search(_('Service or address'))
    in_region = forms.choice(_('Region'))
    release = forms.choice(_('May be of release'))

    def __init__(self, data, *, scope):
        super().__init__(data, scope=scope)
        known = models.Endpoint.objects.filter(region=scope.region)
        names = known.order_by('in_region').values_list('in_region', flat=True)
        self.fields['in_region'].choices = [
            ('', _('All regions')),
            *((name, name) for name in names.distinct() if name),
        ]
        self.fields['release'].choices = [
            ('', _('Any release')),
            *((row.id, str(row)) for row in reversed(releases.all_())),
        ]

    def filter(self, rows):
        return [row for row in rows if self._wants(row)]

    def _wants(self, row):
        chosen = self.cleaned_data
        text = f'{row.service_type} {row.service_name} {row.url}'.casefold()
        return (
            chosen['q'].casefold() in text
            and chosen['in_region'] in ('', row.in_region)
            and (
                not chosen['release']
                or chosen['release'] in row.meaning.could_be
            )
        )
