"""Django's one place for models: gathers the packages' own."""

from rey_dashboard.inventory.models import *  # noqa: F403
from rey_dashboard.pages.models import ColumnChoice

__all__ = ['ColumnChoice']
