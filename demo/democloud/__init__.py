"""The demo cloud: a real, small OpenStack on this machine, for trials."""
