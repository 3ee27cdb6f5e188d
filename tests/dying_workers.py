"""Workers that die at their calls to the cloud."""

from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.tasks import lease


def at_each_call(monkeypatch, is_done: bool) -> set:
    """At each call but signing in, once.

    :param is_done: after the service has done it, or before
    :return: the calls at which it died; they come as it works
    """
    request = cloud_session.Session.request
    died = set()

    def dying(self, url, method, **more):
        if more.get('authenticated') is False:
            return request(self, url, method, **more)
        key = method, url, str(more.get('json'))
        if method == 'GET':
            # The same may be asked again after the next change.
            key += (sum(one[0] != 'GET' for one in died),)
        if key in died:
            return request(self, url, method, **more)
        died.add(key)
        if is_done:
            request(self, url, method, **more)
        raise lease.Lost

    monkeypatch.setattr(cloud_session.Session, 'request', dying)
    return died
