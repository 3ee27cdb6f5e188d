"""What needs attention now, and the pages of findings."""
