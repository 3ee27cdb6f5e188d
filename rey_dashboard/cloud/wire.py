"""The last look before a call leaves: whether its thread may still make it.

A worker may stand still anywhere (its machine is suspended, its process is
stopped) and go on long after another one has its task. So whoever calls is
asked right before the bytes go to the kernel: each time keystoneauth tries
again, and once more before a body, without which a service does nothing.
What is left is the instant between that look and the kernel. No API of
OpenStack takes a number of a lease, so nothing can close it.
"""

from keystoneauth1 import session
from urllib3 import connection
from urllib3 import connectionpool

from rey_dashboard.cloud import caller as caller_


class _Asking:
    """Of a connection of ``http.client``, whose ``send`` all goes through."""

    def send(self, data):
        if self.sock is None:
            self.connect()
        caller = caller_.current()
        if caller:
            caller.may_call()
        super().send(data)


class _Connection(_Asking, connection.HTTPConnection):
    pass


class _TlsConnection(_Asking, connection.HTTPSConnection):
    pass


class _Pool(connectionpool.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(connectionpool.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Adapter(session.TCPKeepAliveAdapter):
    """What a session of requests sends its calls with.

    Whatever the caller's ``may_call`` raises comes out of the call; the
    connection is given up.
    """

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            'http': _Pool,
            'https': _TlsPool,
        }
