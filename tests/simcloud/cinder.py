"""The simulated Cinder: volumes and their copies, services and pools."""

from tests.simcloud import acts
from tests.simcloud import admission
from tests.simcloud import backing_up
from tests.simcloud import backup_records
from tests.simcloud import cinder_asked
from tests.simcloud import cinder_quotas
from tests.simcloud import clock
from tests.simcloud import forcing
from tests.simcloud import service
from tests.simcloud import volume_orders

#: Columns that cinder keeps elsewhere: they do not move ``updated_at``.
ELSEWHERE = frozenset({'metadata', 'attachments'})


class Cinder(acts.OfCinder, cinder_quotas.Quotas, service.Service):
    type = 'block-storage'
    name = 'cinder'
    base = '/v3'
    version_name = 'volume'
    open_paths = ()
    paths = {
        '/': 'discover',
        '/<any(volumes, snapshots, backups):kind>': 'brief',
        '/<any(volumes, snapshots, backups):kind>/detail': 'detail',
        '/<any(volumes, snapshots, backups):kind>/<row_id>': 'one',
        '/volumes/<row_id>/metadata': 'metadata',
        '/<any(volumes, snapshots, backups):kind>/<row_id>/action': 'action',
        '/backups/<row_id>/restore': 'restore',
        '/backups/<row_id>/export_record': 'export_record',
        '/backups/import_record': 'import_record',
        '/types': 'types',
        '/messages': 'messages',
        '/os-services': 'services',
        '/os-services/<any(enable, disable):verb>': 'switch',
        '/os-services/disable-log-reason': 'disable_log_reason',
        '/scheduler-stats/get_pools': 'pools',
        '/os-quota-sets/<project_id>': 'quotas',
    }

    def discover(self, call):
        low, high = self.cloud.versions[self.type]
        version = {
            'id': 'v3.0',
            'status': 'CURRENT',
            'version': high,
            'min_version': low,
            'updated': '2023-08-31T00:00:00Z',
            'links': [{'rel': 'self', 'href': f'{self.url}/'}],
            'media-types': [],
        }
        return {'versions': [version]}

    def _routed(self, call):
        self.cloud.cinder_backup.settle()
        return super()._routed(call)

    def refused(self, refusal):
        body = super().refused(refusal)
        if refusal.status == 413:
            body[refusal.title]['retryAfter'] = '0'
        return body

    def brief(self, call, kind):
        if call.method == 'POST' and kind == 'backups':
            return backing_up.make_backup(self.cloud, call)
        if call.method == 'POST' and kind == 'volumes':
            return volume_orders.make_volume(self.cloud, call)
        return self._listed(call, kind, self._brief)

    def detail(self, call, kind):
        show = getattr(self, f'_{kind[:-1]}')
        return self._listed(call, kind, lambda row: show(row, call))

    def action(self, call, kind, row_id):
        row = admission.row(self.cloud, call, kind, row_id)
        forcing.action(self.cloud, call, kind, row)

    def metadata(self, call, row_id):
        """Adds to what is there."""
        row = admission.row(self.cloud, call, 'volumes', row_id)
        told = {**row['metadata'], **call.body['metadata']}
        self.cloud.change('volumes', row_id, metadata=told)
        return {'metadata': told}

    def restore(self, call, row_id):
        row = admission.row(self.cloud, call, 'backups', row_id)
        return backing_up.restore(self.cloud, call, row)

    def export_record(self, call, row_id):
        row = admission.row(self.cloud, call, 'backups', row_id)
        return backup_records.export(self.cloud, call, row)

    def import_record(self, call):
        return backup_records.take_in(self.cloud, call)

    def _listed(self, call, kind, show):
        asked = cinder_asked.Asked(self.cloud, call, kind)
        limit = asked.limit
        rows = asked.rows()
        page, link = call.page(rows, limit)
        body = {kind: [show(row) for row in page]}
        if page and (len(page) >= limit if link is None else link):
            href = call.following(page[-1].id)
            body[f'{kind}_links'] = [{'rel': 'next', 'href': href}]
        if asked.counts:
            body['count'] = asked.count()
        return body

    def _brief(self, row):
        return {'id': row.id, 'name': row.name, 'links': []}

    def one(self, call, kind, row_id):
        row = admission.row(self.cloud, call, kind, row_id)
        if call.method == 'PUT' and kind == 'volumes':
            volume_orders.rename(self.cloud, call, row)
        if call.method != 'DELETE':
            return self.shown(call, kind, row)
        delete = {
            'volumes': volume_orders.delete_volume,
            'backups': backing_up.delete_backup,
        }
        return delete[kind](self.cloud, call, row)

    def shown(self, call, kind, row):
        return {kind[:-1]: getattr(self, f'_{kind[:-1]}')(row, call)}

    def _volume(self, row, call):
        attachments = [
            {'id': row.id, 'volume_id': row.id, **attachment}
            for attachment in row['attachments']
        ]
        return {
            **_times(row),
            'id': row.id,
            'name': row.name,
            'description': row['description'],
            'status': row['status'],
            'size': row['size'],
            'availability_zone': 'nova',
            'volume_type': row['volume_type'],
            'snapshot_id': None,
            'source_volid': None,
            'metadata': row['metadata'],
            'links': [],
            'user_id': row['user_id'],
            'bootable': 'true' if row['bootable'] else 'false',
            'encrypted': False,
            'multiattach': False,
            'attachments': attachments,
            'migration_status': None,
            'os-vol-tenant-attr:tenant_id': row.project_id,
            'os-vol-host-attr:host': row['host'],
        }

    def _snapshot(self, row, call):
        return {
            **_times(row),
            'id': row.id,
            'name': row.name,
            'description': None,
            'volume_id': row['volume_id'],
            'status': row['status'],
            'size': row['size'],
            'metadata': row['metadata'],
            'user_id': row['user_id'],
            'os-extended-snapshot-attributes:project_id': row.project_id,
            'os-extended-snapshot-attributes:progress': '100%',
        }

    def _backup(self, row, call):
        told = {
            **_times(row),
            'id': row.id,
            'name': row.name,
            'description': row['description'],
            'status': row['status'],
            'size': row['size'],
            'object_count': row['object_count'],
            'availability_zone': 'nova',
            'container': row['container'],
            'fail_reason': row['fail_reason'],
            'volume_id': row['volume_id'],
            'snapshot_id': row['snapshot_id'],
            'links': [],
            'is_incremental': row['parent_id'] is not None,
            'has_dependent_backups': row['dependents'] > 0,
            'data_timestamp': clock.fraction(row['data_timestamp']),
        }
        if call.version >= (3, 43):
            told['metadata'] = row['metadata']
        if admission.is_told_owners(self.cloud, call):
            told['os-backup-project-attr:project_id'] = row.project_id
            if call.version >= (3, 56):
                told['user_id'] = row['user_id']
        return told

    def types(self, call):
        """Its link's key is ``volume_type_links``; a wrong marker is none."""
        rows = sorted(
            self.cloud.tables['types'],
            key=lambda row: (row.created, row.id),
            reverse=True,
        )
        marker = call.marker()
        for place, row in enumerate(rows):
            if row.id == marker:
                rows = rows[place + 1 :]
                break
        limit = min(
            int(call.query.get('limit', self.cloud.page)), self.cloud.page
        )
        page, link = call.page(iter(rows), limit)
        body = {'volume_types': [_type(row) for row in page]}
        if page and (len(page) >= limit if link is None else link):
            href = call.following(page[-1].id)
            body['volume_type_links'] = [{'rel': 'next', 'href': href}]
        return body

    def services(self, call):
        rows = self.cloud.tables['volume_services']
        return {
            'services': [
                self._service(row)
                for row in rows
                if call.query.get('binary', row['binary']) == row['binary']
                and call.query.get('host', row['host']) == row['host']
            ]
        }

    def switch(self, call, verb):
        """Cinder 29.0.0 says yes and does nothing (``cinder_is_29``)."""
        row = self._to_switch(call)
        if not self.cloud.cinder_is_29:
            told = {'status': f'{verb}d'}
            if verb == 'enable':
                told['disabled_reason'] = None
            self.cloud.change('volume_services', row.id, **told)
        return {'status': f'{verb}d', **call.body}

    def disable_log_reason(self, call):
        told = {'status': 'disabled'}
        if call.body.get('disabled_reason'):
            told['disabled_reason'] = call.body['disabled_reason']
        row = self._to_switch(call)
        self.cloud.change('volume_services', row.id, **told)
        return {**call.body, **told}

    def _to_switch(self, call):
        asked = call.body['binary'], call.body['host']
        for row in self.cloud.tables['volume_services']:
            if (row['binary'], row['host']) == asked:
                return row
        raise service.Refusal(
            404, 'Service %s could not be found on host %s.' % asked
        )

    def _service(self, row):
        up = row['state'] == 'up'
        seen = self.cloud.clock.told if up else row.updated
        return {
            'binary': row['binary'],
            'host': row['host'],
            'zone': row['zone'],
            'status': row['status'],
            'state': row['state'],
            'updated_at': clock.fraction(seen),
            'cluster': row['cluster'],
            'disabled_reason': row['disabled_reason'],
        }

    def pools(self, call):
        return {
            'pools': [
                {'name': row.name, 'capabilities': row['capabilities']}
                for row in self.cloud.tables['pools']
            ]
        }


def _times(row):
    return {
        'created_at': clock.fraction(row.created),
        'updated_at': clock.fraction(row.updated),
    }


def _type(row):
    return {
        'id': row.id,
        'name': row.name,
        'is_public': row['is_public'],
        'description': None,
        'extra_specs': {},
    }
