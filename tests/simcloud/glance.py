"""The simulated Glance: a listing of what servers can be made of."""

from tests.simcloud import service


class Glance(service.Service):
    type = 'image'
    name = 'glance'
    paths = {'/': 'discover', '/v2/images': 'listed'}

    def discover(self, call):
        links = [{'rel': 'self', 'href': f'{self.url}/v2/'}]
        version = {'id': 'v2.17', 'status': 'CURRENT', 'links': links}
        return {'versions': [version]}

    def listed(self, call):
        """All at once: what a test has is less than a page."""
        wanted = call.query.get('status')
        rows = [
            row
            for row in self.cloud.tables['images']
            if wanted in (None, row['status'])
        ]
        if call.query.get('sort') == 'size:asc':
            rows.sort(key=lambda row: row['size'])
        return {
            'images': [{'id': row.id, **row.columns} for row in rows],
            'first': '/v2/images',
            'schema': '/v2/schemas/images',
        }
