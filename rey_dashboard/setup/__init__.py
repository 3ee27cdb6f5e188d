"""Into a Horizon, out of it again, and whether all is well there."""
