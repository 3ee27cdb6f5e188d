"""The simulated Placement: what hosts have and what is taken of it."""

from tests.simcloud import service


class Placement(service.Service):
    type = 'placement'
    name = 'placement'
    version_name = 'placement'
    paths = {
        '/': 'discover',
        '/resource_providers': 'providers',
        '/resource_providers/<provider_id>': 'provider',
        '/resource_providers/<provider_id>/inventories': 'inventories',
        '/resource_providers/<provider_id>/usages': 'usages',
    }

    def discover(self, call):
        low, high = self.cloud.versions[self.type]
        version = {'id': 'v1.0', 'status': 'CURRENT', 'links': []}
        version['links'] = [{'rel': 'self', 'href': ''}]
        version |= {'min_version': low, 'max_version': high}
        return {'versions': [version]}

    def providers(self, call):
        """All at once: it does not page, and refuses to be asked to."""
        unknown = set(call.query) - {'name', 'uuid'}
        if unknown:
            raise service.Refusal(400, f'Additional properties: {unknown}')
        rows = [
            row
            for row in self.cloud.tables['providers']
            if call.query.get('name', row.name) == row.name
            and call.query.get('uuid', row.id) == row.id
        ]
        return {'resource_providers': [self._shown(r, call) for r in rows]}

    def provider(self, call, provider_id):
        return self._shown(self._found(provider_id), call)

    def inventories(self, call, provider_id):
        row = self._found(provider_id)
        return {
            'resource_provider_generation': self._generation(row),
            'inventories': row['inventories'],
        }

    def usages(self, call, provider_id):
        row = self._found(provider_id)
        return {
            'resource_provider_generation': self._generation(row),
            'usages': self.cloud.taken(row),
        }

    def _generation(self, row):
        return self.cloud.generations[row.id]

    def _found(self, provider_id):
        row = self.cloud.tables['providers'].get(provider_id)
        if row is None:
            raise service.Refusal(
                404, f'No resource provider with uuid {provider_id} found'
            )
        return row

    def _shown(self, row, call):
        told = {
            'uuid': row.id,
            'name': row.name,
            'generation': self._generation(row),
            'links': [],
        }
        if call.version >= (1, 14):
            told['parent_provider_uuid'] = row['parent_id']
            told['root_provider_uuid'] = row['parent_id'] or row.id
        return told

    def refused(self, refusal):
        if refusal.status == 401:
            return super().refused(refusal)
        told = {'status': refusal.status, 'detail': refusal.words}
        return {'errors': [told]}
