"""Django's one place for models: gathers the packages' own."""

from rey_dashboard.inventory.models import *  # noqa: F403
