"""The simulated Cinder's quotas: what is in use, set, and too much."""

from tests.simcloud import service


class Quotas:
    def quotas(self, call, project_id):
        """Of any project: one that nobody knows has the defaults."""
        used = in_use(self.cloud, project_id)
        if call.method == 'DELETE':
            self.cloud.reset_quota('block-storage', project_id)
            return None
        if call.method == 'PUT':
            return self._set_quotas(call, project_id, used)
        quota = self.cloud.quota('block-storage', project_id, used)
        if call.query.get('usage', '').lower() != 'true':
            quota = {name: row['limit'] for name, row in quota.items()}
        return {'quota_set': {**quota, 'id': project_id}}

    def _set_quotas(self, call, project_id, used):
        """Compared with the use only where there is a value of its own."""
        own = self.cloud.own_limits['block-storage'].get(project_id, {})
        refusal = self.cloud.ask_quota(
            'block-storage',
            project_id,
            # The client tells the project there as well.
            {
                n: v
                for n, v in call.body['quota_set'].items()
                if n != 'tenant_id'
            },
            {name: used[name] for name in own},
        )
        if refusal:
            raise service.Refusal(400, refusal)
        quota = self.cloud.quota('block-storage', project_id, used)
        limits = {name: row['limit'] for name, row in quota.items()}
        return {'quota_set': limits}


def in_use(cloud, project_id: str) -> dict[str, int]:
    tables = cloud.tables
    used = dict.fromkeys(cloud.limits['block-storage'], 0)
    for row in tables['volumes'].of_project(project_id):
        for suffix in ('', f'_{row["volume_type"]}'):
            _add(used, f'volumes{suffix}', 1)
            _add(used, f'gigabytes{suffix}', row['size'])
    for row in tables['snapshots'].of_project(project_id):
        _add(used, 'snapshots', 1)
        _add(used, 'gigabytes', row['size'])
    for row in tables['backups'].of_project(project_id):
        _add(used, 'backups', 1)
        _add(used, 'backup_gigabytes', row['size'])
    return used


def _add(used, name, number):
    if name in used:
        used[name] += number


def charge(cloud, project_id: str, kind: str, sizes: dict) -> None:
    """Refuses what the project's quota has no room for.

    :param kind: ``backups`` or ``volumes``
    """
    quota = cloud.quota('block-storage', project_id, in_use(cloud, project_id))
    for name, size in sorted(sizes.items()):
        limit, used = quota[name]['limit'], quota[name]['in_use']
        if 0 <= limit < used + size:
            words = _words(kind, name, size, limit, used)
            raise service.Refusal(413, words, headers={'Retry-After': '0'})


def _words(kind, name, size, limit, used):
    """As a client reads it: with the name of Cinder's exception."""
    if 'gigabytes' in name:
        what = 'Requested volume or snapshot exceeds allowed {name} quota.'
        error = 'VolumeSizeExceedsAvailableQuota'
        if kind == 'backups':
            what = 'Requested backup exceeds allowed Backup gigabytes quota.'
            error = 'VolumeBackupSizeExceedsAvailableQuota'
        return (
            f'{error}: {what.format(name=name)} Requested {size}G, quota is '
            f'{limit}G and {used}G has been consumed.'
        )
    if kind == 'backups':
        return (
            'BackupLimitExceeded: Maximum number of backups allowed '
            f'({limit}) exceeded'
        )
    return (
        'VolumeLimitExceeded: Maximum number of volumes allowed '
        f"({limit}) exceeded for quota '{name}'."
    )
