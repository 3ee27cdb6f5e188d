"""What panels build on."""

import horizon

from rey_dashboard.inventory import scope


class Panel(horizon.Panel):
    """A panel whose pages need one rule, for the cloud or for a domain.

    An address that is closed for a while only is answered with the reason;
    the navigation leaves it out.
    """

    rule: str

    def allowed(self, context):
        return scope.is_told(context['request'], self.rule)

    def nav(self, context):
        return scope.is_open(context['request'], self.rule)


def may_admin(request) -> bool:
    """Whether the user may open Horizon's pages of the dashboard Admin."""
    return horizon.get_dashboard('admin').can_access({'request': request})
