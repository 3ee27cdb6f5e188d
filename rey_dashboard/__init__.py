"""Cloud Operations: a Horizon dashboard for OpenStack's operators."""
