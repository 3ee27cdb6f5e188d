"""Ways into the cloud for the seed: the admin, and each project's people.

What someone makes belongs to the project that the token is scoped to, so each
project needs a connection of its own. Tokens are rescoped, not asked for with
the password again: Keystone spends a quarter of a second on each password.
"""

import concurrent.futures
import threading
import time

from keystoneauth1 import session as keystone_session
from keystoneauth1.identity import v3
import openstack
from openstack import exceptions

from democloud import progress

PASSWORD = 'demo'  # noqa: S105 (of the accounts that people try it with)
# More calls at a time than this only queue up in the services.
THREADS = 4
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 180

AGAIN = 'Say it again to go on; `demo/cloud reset` starts anew.'

_given_up = threading.Event()


class Access:
    """Connections of openstacksdk; each is made once.

    `project_ids` are those of the company's projects by name, filled in when
    they are found or made; `fresh` are the names of those that were made in
    this run, where nothing needs looking for.
    """

    def __init__(self):
        self.admin = openstack.connect()
        self.admin.authorize()
        self.project_ids = {}
        self.user_ids = {}
        self.fresh = set()
        self._auth_url = self.admin.config.get_auth_args()['auth_url']
        self._discovered = {}
        self._connections = {}
        self._tokens = {}
        self._lock = threading.RLock()

    def admin_in(self, project):
        """The admin with a token of the project, for an admin's wishes."""
        return self._connection(project, '')

    def owner_in(self, project):
        """The project's owner, or the admin where it has none."""
        return self._connection(project, project.owner)

    def _connection(self, project, user):
        key = (project.name, user)
        with self._lock:
            if key not in self._connections:
                auth = v3.Token(
                    self._auth_url,
                    token=self._token(user),
                    project_id=self.project_ids[project.name],
                )
                self._connections[key] = self._connect(auth)
        return self._connections[key]

    def _token(self, user):
        if not user:
            return self.admin.auth_token
        if user not in self._tokens:
            auth = v3.Password(
                self._auth_url,
                user_id=self.user_ids[user],
                password=PASSWORD,
                unscoped=True,
            )
            session = keystone_session.Session(auth)
            self._tokens[user] = session.get_token()
        return self._tokens[user]

    def _connect(self, auth):
        # What one connection learned of the services' versions, all know.
        session = keystone_session.Session(
            auth, discovery_cache=self._discovered
        )
        region = self.admin.config.get_region_name()
        return openstack.connection.Connection(
            session=session, region_name=region
        )


def give_up():
    """Let all that runs side by side end at its next call."""
    _given_up.set()


def _go_on():
    if _given_up.is_set():
        raise progress.Trouble('Cut short.', AGAIN)


def together(what, work, items, threads=THREADS):
    """Call work(*item) for each item, some at a time; return the answers."""

    def one(item):
        _go_on()
        try:
            return work(*item)
        except exceptions.SDKException as error:
            # Names may hold what a terminal cannot show.
            names = [ascii(getattr(part, 'name', part)) for part in item]
            raise progress.Trouble(
                '%s: %s: %s' % (what, ', '.join(names), error),
                AGAIN,
            ) from error

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(one, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def wait_while(what, pending):
    """Wait until the list that pending() returns is empty."""
    end = time.monotonic() + PATIENCE_SECONDS
    while left := pending():
        _go_on()
        if time.monotonic() > end:
            raise progress.Trouble(
                '%s did not end within %d s: %s'
                % (what, PATIENCE_SECONDS, ascii(left)),
                "See the services' logs, then say it again.",
            )
        time.sleep(POLL_SECONDS)
