"""What runs inside the cloud's own Python environment."""
