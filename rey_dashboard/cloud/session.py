"""Signing in with clouds.yaml, and the sessions that calls go through."""

from collections.abc import Iterable
import datetime
import os
import threading
import uuid

from keystoneauth1 import adapter
from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import session as ks_session
from openstack import config as os_config
from openstack import exceptions as sdk_exceptions

from rey_dashboard.cloud import caller as caller_
from rey_dashboard.cloud import clocks
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import wire

#: keystoneauth tries these again, with a growing pause between.
RETRY_STATUSES = [429, 500, 502, 503, 504]
RETRIES = 2
#: keystoneauth pauses for as long as an answer's Retry-After says (code of
#: 5.18), a day too; nobody waits longer than this.
LONGEST_PAUSE_S = 30


class Session(ks_session.Session):
    """Counts its calls and signs each with one request id of ours.

    The services log that id as the global request id, so that our log and
    theirs can be joined. A token is not counted: it belongs to all parts.

    :ivar told_at: what the service's clock said in its first answer; none
        before that, or when it does not tell
    :ivar skew_s: the greatest difference of its clock to ours that was seen;
        above 0 when it is ahead of ours
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.request_id = f'req-{uuid.uuid4()}'
        self.calls = 0
        self.told_at: datetime.datetime | None = None
        self.skew_s = 0.0
        self._counting = threading.Lock()
        self.session.hooks['response'].append(_shorten_pause)
        adapter_ = wire.Adapter()
        for scheme in list(self.session.adapters):
            self.session.mount(scheme, adapter_)

    def invalidate(self, auth=None):
        """Always has keystoneauth try again, with the token of then.

        By itself (5.18) it does not when another part, which has the same
        token, has given it up a moment before.
        """
        super().invalidate(auth)
        return True

    def request(self, url, method, **kwargs):
        headers = kwargs.setdefault('headers', {})
        caller = caller_.current()
        headers.setdefault(
            'X-OpenStack-Request-ID',
            caller.request_id if caller else self.request_id,
        )
        if kwargs.get('authenticated') is not False:
            with self._counting:
                self.calls += 1
            return self._timed(url, method, **kwargs)
        return super().request(url, method, **kwargs)

    def _timed(self, url, method, **kwargs):
        asked = clocks.now()
        response = super().request(url, method, **kwargs)
        told = clocks.told(response.headers)
        if told:
            with self._counting:
                self.told_at = self.told_at or told
                self.skew_s = max(
                    self.skew_s,
                    clocks.apart_s(told, asked, clocks.now()),
                    key=abs,
                )
        return response


class Cloud:
    """One signed-in service user in one region.

    :param name: entry of clouds.yaml, found by openstacksdk's own rules
    :param timeout_s: longest wait for one call
    :raises faults.Misconfigured: no such entry, or it cannot be read
    """

    def __init__(self, name: str, timeout_s: int = 60):
        self.name = name
        self._timeout_s = timeout_s
        try:
            self._entries = os_config.OpenStackConfig(
                session_constructor=Session,
                app_name='rey-dashboard',
            )
            self._config = self._entries.get_one(cloud=name)
            self._session = self._config.get_session()
            self._need_password()
        except (
            sdk_exceptions.ConfigException,
            ks_exceptions.MissingRequiredOptions,
        ) as error:
            raise faults.Misconfigured(
                f'The cloud {name!r} cannot be used: {error}{_hidden()}',
                'Write the service user into clouds.yaml '
                f'(entry {name!r}) where the worker runs: in its folder, '
                '~/.config/openstack or /etc/openstack, or name the file '
                'in OS_CLIENT_CONFIG_FILE.',
            ) from error

    def session(self) -> Session:
        """A session with a request id and a call count of its own.

        All of them share one token.
        """
        return self._signed_in(self._session.auth)

    def project_session(self, project_id: str) -> Session:
        """A session of the same user, in another project.

        What it makes belongs to that project. It has a token of its own: keep
        it while there is more to do there. Without a role on the project
        (a role that its domain passes on will do) its first call is a
        ``keystoneauth1.exceptions.Unauthorized``.

        :raises faults.Misconfigured: the entry is good for one project alone
        """
        if self._config.config['auth_type'] == 'v3applicationcredential':
            # Keystone 30 refuses the token (tried), restricted or not.
            raise faults.Misconfigured(
                f'The entry {self.name!r} of clouds.yaml is an application '
                'credential. It holds for one project, and nothing can be '
                'made in others with it.',
                "Write the service user's name and password there: "
                'rey-dashboard setup --service-user tells how.',
            )
        # An id goes before the name that the entry has (code of
        # keystoneauth 5.18, ``identity/v3/base.py``).
        config = self._entries.get_one(
            cloud=self.name, auth={'project_id': project_id}
        )
        return self._signed_in(config.get_session().auth)

    def _need_password(self):
        # Without one keystoneauth 5.18 raises a bare Exception, and late.
        auth = self._config.config.get('auth', {})
        kinds = ('password', 'v3password')
        if self._config.config['auth_type'] in kinds and not (
            auth.get('password')
            and (auth.get('username') or auth.get('user_id'))
        ):
            raise sdk_exceptions.ConfigException(
                'it has no user name or no password.'
            )

    def _signed_in(self, auth):
        session = Session(
            auth=auth,
            verify=self._session.verify,
            cert=self._session.cert,
            timeout=self._timeout_s,
            app_name='rey-dashboard',
        )
        # Connections are pooled; threads of one part share the pool.
        session.session.trust_env = False
        return session

    @property
    def region(self) -> str:
        """The region that clouds.yaml names, or the catalog's first.

        :raises faults.Misconfigured: the catalog has no compute service
        """
        named = self._config.get_region_name('compute')
        if named:
            return named
        access = self._session.auth.get_access(self._session)
        for endpoints in access.service_catalog.get_endpoints(
            service_type='compute'
        ).values():
            for endpoint in endpoints:
                return endpoint['region']
        raise faults.Misconfigured(
            'The catalog names no compute service.',
            'Add region_name to the entry of clouds.yaml, and check the '
            'catalog with: openstack catalog list',
        )

    @property
    def auth_url(self) -> str:
        return self._config.config['auth']['auth_url']

    def entry_values(self, names: Iterable[str]) -> dict:
        """What the entry says of these keys, where it is not the default."""
        values = {name: self._config.config.get(name) for name in names}
        return {
            name: value
            for name, value in values.items()
            if value not in (None, '', True)
        }

    def client_options(self, session: Session, retries: int = RETRIES) -> dict:
        """What keystone-, nova- and cinderclient take alike."""
        return {
            'session': session,
            'region_name': self._config.get_region_name(),
            'connect_retries': retries,
            'status_code_retries': retries,
            'retriable_status_codes': RETRY_STATUSES,
        }

    def interface(self, service_type: str) -> str:
        """Which endpoint of the catalog to use: public by default."""
        return self._config.get_interface(service_type) or 'public'

    def microversion(
        self, session: Session, service_type: str, wanted: str, needed: str
    ) -> str:
        """The newest version that we know and the service offers.

        Versions compare as integers: 2.100 is newer than 2.96.

        :raises faults.TooOld: the service does not reach ``needed``
        :raises keystoneauth1.exceptions.ClientException: it does not answer
        """
        service = adapter.Adapter(
            session,
            service_type=service_type,
            interface=self.interface(service_type),
            region_name=self._config.get_region_name(),
        )
        data = service.get_endpoint_data()
        offered = data.max_microversion if data else None
        if not offered:
            # Discovery keeps to itself why it found nothing (keystoneauth
            # 5.18); a plain call raises what is wrong.
            service.get('')
        if not offered or offered < _numbers(needed):
            raise faults.TooOld(service_type, needed, offered)
        return '%d.%d' % min(offered, _numbers(wanted))


def _shorten_pause(response, **_):
    pause = response.headers.get('Retry-After', '')
    if pause.isdigit() and int(pause) > LONGEST_PAUSE_S:
        response.headers['Retry-After'] = str(LONGEST_PAUSE_S)


def _hidden():
    """Which clouds.yaml nobody reads here; openstacksdk does not tell."""
    named = os.environ.get('OS_CLIENT_CONFIG_FILE')
    if named and not os.path.exists(named):
        return f' OS_CLIENT_CONFIG_FILE names {named}, which is not there.'
    hidden = [
        path
        for path in (named, *os_config.loader.CONFIG_FILES)
        if path and os.path.exists(path) and not os.access(path, os.R_OK)
    ]
    return f' This user may not read {", ".join(hidden)}.' if hidden else ''


def _numbers(version):
    major, minor = version.split('.')
    return int(major), int(minor)
