"""Backups that Cinder left in the middle, and what became of them."""

import datetime

HOSTILE = '<script>alert(1)</script>=cmd()'
LONG_AGO = datetime.timedelta(hours=7)


def backup(site, volume, status='creating', age=LONG_AGO, **more):
    """A backup that is in this status since then."""
    at = site.cloud.clock.told - age
    return site.cloud.add_backup(
        volume, status=status, created_at=at, updated_at=at, **more
    )


def status(site, kind, one):
    return site.cloud.tables[kind].rows[one]['status']


def error(task):
    return task.steps.get().error
