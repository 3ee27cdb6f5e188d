"""The table of contents: panel groups named after the operator's tasks."""

from django.utils.translation import gettext_lazy as _

import horizon


class Behind(horizon.PanelGroup):
    """Panels without an entry in the navigation.

    Horizon leaves a group of this slug out of the breadcrumb.
    """

    slug = 'default'
    panels = ('home', 'data')


class Usage(horizon.PanelGroup):
    slug = 'usage'
    name = _('Usage')
    panels = ('projects',)


class Rey(horizon.Dashboard):
    name = _('Cloud Operations')
    slug = 'rey'
    panels = (Usage, Behind)
    # Horizon serves the default panel at /rey/ alone. Every panel of ours
    # keeps its own address, so the default one only leads to the others.
    default_panel = 'home'


horizon.register(Rey)
