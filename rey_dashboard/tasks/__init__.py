"""Changes of the cloud: planned, run step by step, and undone."""
