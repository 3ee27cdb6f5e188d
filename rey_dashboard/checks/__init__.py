"""Judgements about the cloud: found in our tables, kept, and acted upon."""
