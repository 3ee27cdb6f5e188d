"""Who sees what of the simulated Cinder, who may order what, and how.

A token in ``keystone.plain`` is that of no administrator.
"""

from tests.simcloud import cinder_asked
from tests.simcloud import rows
from tests.simcloud import service


def is_admin(cloud, call) -> bool:
    return call.token not in cloud.keystone.plain


def is_told_owners(cloud, call) -> bool:
    """Whose a backup is Cinder tells those alone who administer here."""
    return (
        is_admin(cloud, call)
        and call.token not in cloud.keystone.member_tokens
    )


def row(cloud, call, kind: str, row_id: str) -> rows.Row:
    """One of the caller's project; an administrator's may be any."""
    found = cloud.tables[kind].get(row_id)
    own = cloud.keystone.project_of(call.token)
    if found is None or not (is_admin(cloud, call) or found.project_id == own):
        raise cinder_asked.lost(kind, row_id)
    return found


def need_admin(cloud, call, rule: str) -> None:
    if not is_admin(cloud, call):
        raise service.Refusal(
            403, f"Policy doesn't allow {rule} to be performed."
        )


def bad(kind: str, words: str) -> service.Refusal:
    return service.Refusal(400, f'Invalid {kind}: {words}')


def check(asked: dict, known: set[str]) -> None:
    """Microversions up to 3.42 know no metadata of backups, for example."""
    for name, value in asked.items():
        words = ''
        if name not in known:
            words = (
                'Additional properties are not allowed '
                f'({name!r} was unexpected)'
            )
            name, value = 'backup', asked
        elif isinstance(value, str) and len(value) > 255:
            words = f'{value!r} is too long'
        if words:
            raise service.Refusal(
                400,
                f'Invalid input for field/attribute {name}. Value: {value}. '
                f'{words}',
            )
