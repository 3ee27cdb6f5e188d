"""What a backup builds on, found out from Cinder's listing alone."""

OWNER = 'os-backup-project-attr:project_id'


def can_be_read(backup) -> bool:
    return backup['status'] in ('available', 'restoring')


def parent(facts, backup) -> dict | None:
    """What an incremental backup builds on; none when that is gone.

    The latest earlier one of its volume and project that others depend on;
    one that is not done is not counted there yet.
    """
    done = can_be_read(backup)
    place = (backup['data_timestamp'], backup['id'])
    earlier = [
        other
        for other in facts.of_volume[backup['volume_id']]
        if (other['data_timestamp'], other['id']) < place
        and other[OWNER] == backup[OWNER]
        and (other['has_dependent_backups'] if done else can_be_read(other))
    ]
    return earlier[-1] if earlier else None


def chain(facts, backup) -> list[dict | None]:
    """A backup, what it builds on, and so on; None where one is gone."""
    found = [backup]
    while found[-1] and found[-1]['is_incremental']:
        found.append(parent(facts, found[-1]))
    return found


def problem(facts, backup) -> str:
    """Why a backup that is done cannot be restored from, if so."""
    if not backup['is_incremental'] or not can_be_read(backup):
        return ''
    for below in chain(facts, backup)[1:]:
        if below is None:
            return 'parent_gone'
        if not can_be_read(below):
            return 'parent_failed'
    return ''
