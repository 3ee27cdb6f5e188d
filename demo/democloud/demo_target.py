"""Which cloud Horizon shows: the demo cloud, or one of the user's own."""

import dataclasses
import json
import os
import sys

from democloud import accounts
from democloud import dashboard_places
from democloud import demo_commands
from democloud import places
from democloud import progress
from democloud import state


@dataclasses.dataclass(frozen=True)
class Target:
    """name is the entry of clouds.yaml that the worker signs in with."""

    name: str
    foreign: bool
    keystone_url: str
    domains: tuple[str, ...] = ()
    verify: bool = True
    cacert: str | None = None

    def worker_environment(self):
        """The worker's, which is the only one that finds clouds.yaml."""
        if self.foreign:
            # Found by openstacksdk's own rules, with OS_CLIENT_CONFIG_FILE.
            return dict(os.environ)
        return {
            **dashboard_places.environment(),
            'OS_CLIENT_CONFIG_FILE': str(places.clouds_yaml()),
        }

    def worker_folder(self):
        """Where clouds.yaml is looked for first."""
        return os.getcwd() if self.foreign else '/'


def demo():
    port = places.asked_port() or state.load().get('port')
    port = (port or places.DEFAULT_PORT) + places.OFFSETS['keystone']
    return Target(
        name='rey',
        foreign=False,
        keystone_url='http://%s:%d/v3' % (places.HOST, port),
        domains=('Default', *accounts.DOMAINS),
    )


def foreign(name):
    """The entry of the user's own clouds.yaml.

    Needs Horizon's environment: openstacksdk reads the entry there. Raises
    Trouble when there is none of that name.
    """
    log = dashboard_places.log('clouds-yaml')
    command = [dashboard_places.program('python'), '-m']
    command += ['democloud.demo_target', name]
    demo_commands.run(
        'Reading the entry %r of clouds.yaml' % name,
        command,
        log,
        env={**os.environ, 'PYTHONPATH': str(places.DEMO)},
        cwd=os.getcwd(),
    )
    found = json.loads(log.read_text().splitlines()[-1])
    if not found['keystone_url']:
        raise progress.Trouble(
            'The entry %r of clouds.yaml names no auth_url.' % name,
            'Choose an entry of a cloud with Keystone.',
        )
    return Target(name=name, foreign=True, **found)


def _read(name):
    """Runs in Horizon's environment. Prints no secret: it goes to a log."""
    import openstack.config
    import openstack.exceptions

    try:
        config = openstack.config.OpenStackConfig()
        cloud = config.get_one(cloud=name)
    except openstack.exceptions.ConfigException as error:
        print(error)
        return 1
    verify, _ = cloud.get_requests_verify_args()
    found = {
        'keystone_url': cloud.config.get('auth', {}).get('auth_url', ''),
        'verify': bool(verify),
        'cacert': verify if isinstance(verify, str) else None,
    }
    print(json.dumps(found))
    return 0


if __name__ == '__main__':
    sys.exit(_read(sys.argv[1]))
