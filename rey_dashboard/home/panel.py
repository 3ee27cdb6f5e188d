from django.utils.translation import gettext_lazy as _

import horizon

from rey_dashboard import dashboard

#: Comes first for who may open it.
FIRST = 'today'
#: They tell nothing of the cloud by themselves.
LAST = ('find', 'tasks')


class Home(horizon.Panel):
    """Serves /rey/ alone; see dashboard.py."""

    name = _('Cloud Operations')
    slug = 'home'
    nav = False

    def allowed(self, context):
        return any(True for _panel in panels(context))


def panels(context):
    """The dashboard's panels that answer the user, the first one first.

    Those that he may open come first; a closed one says why.
    """
    listed = [
        panel
        for group in horizon.get_dashboard('rey').get_panel_groups().values()
        for panel in group
        if panel.nav and panel.can_access(context)
    ]
    yield from sorted(
        listed,
        key=lambda panel: (
            not panel.nav(context),
            panel.slug != FIRST,
            panel.slug in LAST,
        ),
    )


dashboard.Rey.register(Home)
