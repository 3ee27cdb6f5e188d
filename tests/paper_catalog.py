"""The catalog of the cloud on paper, as Keystone's administrators see it."""

from tests import paper_cloud


class PaperCatalog:
    """Empty at first; change ``services`` and ``endpoints``."""

    def __init__(self, cloud):
        self.services, self.endpoints = [], []
        cloud.answers[paper_cloud.KEYSTONE].append(self.answer)

    def answer(self, path, query):
        if path not in ('/services', '/endpoints'):
            return None
        return 200, {path[1:]: getattr(self, path[1:])}

    def add(self, type_, *urls, region='RegionOne', **more):
        """A service with a public endpoint, or one more if it is there."""
        if not any(row['id'] == type_ for row in self.services):
            self.services.append(
                {'id': type_, 'type': type_, 'name': type_, 'enabled': True}
            )
        for url in urls:
            self.endpoints.append(
                {
                    'id': f'e{len(self.endpoints)}',
                    'service_id': type_,
                    'interface': 'public',
                    'region_id': region,
                    'url': url,
                    'enabled': True,
                    **more,
                }
            )
