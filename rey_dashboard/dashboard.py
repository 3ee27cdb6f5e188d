"""The table of contents: panel groups named after the operator's tasks."""

from django.utils.translation import gettext_lazy as _

import horizon


class Behind(horizon.PanelGroup):
    """Panels without an entry in the navigation.

    Horizon leaves a group of this slug out of the breadcrumb.
    """

    slug = 'default'
    panels = ('home', 'data')


class First(horizon.PanelGroup):
    """Before the groups, and of none of them."""

    slug = 'first'
    name = _('Now')
    panels = ('today', 'find', 'tasks')


class Install(horizon.PanelGroup):
    slug = 'install'
    name = _('Install')
    panels = ('readiness',)


class Operate(horizon.PanelGroup):
    slug = 'operate'
    name = _('Operate')
    panels = ('services', 'backups')


class Usage(horizon.PanelGroup):
    slug = 'usage'
    name = _('Usage')
    panels = ('projects',)


class Update(horizon.PanelGroup):
    slug = 'update'
    name = _('Update')
    panels = ('versions', 'verification')


class Rey(horizon.Dashboard):
    name = _('Cloud Operations')
    slug = 'rey'
    panels = (First, Install, Operate, Usage, Update, Behind)
    # Horizon serves the default panel at /rey/ alone. Every panel of ours
    # keeps its own address, so the default one only leads to the others.
    default_panel = 'home'

    def nav(self, context):
        """Not as a mere name, with nothing below it that may be opened."""
        return any(
            callable(panel.nav) and panel.nav(context)
            for group in self.get_panel_groups().values()
            for panel in group
        )


horizon.register(Rey)
