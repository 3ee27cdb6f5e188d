"""What the cloud looks like: a mirror in our own tables, and its age."""
