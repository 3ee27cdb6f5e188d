"""The service user that the worker signs in as: the commands, or the deed."""

from collections.abc import Iterator
import json
import os
import pathlib
import secrets
import shlex

from keystoneauth1 import exceptions as ks_exceptions
import yaml

from rey_dashboard.cloud import accounts
from rey_dashboard.cloud import faults as cloud_faults
from rey_dashboard.cloud import identity
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.setup import faults
from rey_dashboard.setup import record

#: Lists what all projects own.
READS = 'admin'
#: What it makes in a project, it makes with a token of that project.
ACTS = 'member'
#: openstacksdk's name for the entry that it makes of OS_* variables.
_ENVIRONMENT = 'envvars'
_CLOUDS = '/etc/rey-dashboard/clouds.yaml'
_ENTRY = 'rey'
_COPIED = ('region_name', 'interface', 'cacert', 'verify')
_COMMANDS = """\
# As an administrator of the cloud:
openstack user create --domain {domain} --password-prompt {user}
openstack role add --user {user} --user-domain {domain} \\
  --project {project} --project-domain {domain} {reads}
for domain in $(openstack domain list --format value --column ID); do
  openstack role add --user {user} --user-domain {domain} \\
    --domain "$domain" --inherited {acts}
done

# On the worker's host; put the password into it with an editor:
install -D -m 0600 /dev/null {clouds}
cat > {clouds} << 'END'
{text}END
"""


def add_options(parser) -> None:
    """What goes with ``--service-user``."""
    group = parser.add_argument_group('the service user')
    group.add_argument(
        '--service-user',
        action='store_true',
        help='tell the commands that make the service user, and do no more',
    )
    group.add_argument(
        '--apply',
        action='store_true',
        help="make it, with an administrator's OS_* variables or --os-cloud",
    )
    group.add_argument('--os-cloud', metavar='NAME')
    group.add_argument(
        '--new-password',
        action='store_true',
        help='also when the user exists: the old one stops working',
    )
    group.add_argument('--user', default='rey', metavar='NAME')
    group.add_argument('--project', default='service', metavar='NAME')
    group.add_argument('--domain', default='default', metavar='ID')
    group.add_argument('--clouds-yaml', metavar='FILE')


def run(arguments) -> int:
    """:raises faults.NotWell: Keystone refuses, or a file is in the way"""
    arguments.clouds_yaml = arguments.clouds_yaml or _CLOUDS
    if not arguments.apply:
        text = commands(arguments)
        print(json.dumps({'commands': text}) if arguments.json else text)
        return 0
    try:
        told = list(_tell_each(apply(arguments), arguments.json))
    except (*cloud_faults.ALL, ks_exceptions.MissingRequiredOptions) as error:
        explained = cloud_faults.explain(error)
        raise faults.NotWell(
            explained.words,
            explained.remedy
            if isinstance(error, cloud_faults.CloudFault)
            else "Check the administrator's credentials with: openstack "
            'token issue; and look into the log of Keystone.',
        ) from error
    if not told:
        told = ['All is so already; nothing was changed.']
        if not arguments.json:
            print(told[0])
    if arguments.json:
        print(json.dumps({'well': True, 'steps': told}, indent=1))
    return 0


def commands(arguments) -> str:
    """For a shell; the password stands nowhere in them."""
    url = os.environ.get('OS_AUTH_URL', 'https://KEYSTONE:5000/v3')
    region = os.environ.get('OS_REGION_NAME')
    entry = _entry(arguments, url, 'PASSWORD')
    if region:
        entry['region_name'] = region
    words = {
        'user': arguments.user,
        'domain': arguments.domain,
        'project': arguments.project,
        'clouds': arguments.clouds_yaml,
    }
    words = {name: shlex.quote(word) for name, word in words.items()}
    return _COMMANDS.format(
        reads=READS, acts=ACTS, text=_yaml(arguments, entry), **words
    )


def apply(arguments) -> Iterator[str]:
    """Makes what is not so yet, and tells each thing that it made.

    :raises faults.NotWell: the entry cannot be written
    :raises cloud_faults.ALL: Keystone refuses
    """
    clouds = pathlib.Path(arguments.clouds_yaml)
    admin = arguments.os_cloud or os.environ.get('OS_CLOUD') or _ENVIRONMENT
    cloud = cloud_session.Cloud(admin)
    session = cloud.session()
    keystone = accounts.Accounts(cloud, session)
    user = keystone.user(arguments.user, arguments.domain)
    password = ''
    if not user or arguments.new_password:
        password = secrets.token_urlsafe(32)
    elif not _known_entry(clouds, arguments):
        _refuse_lost_password(clouds, arguments)
    if password:
        # Before the user: a password that nobody knows helps nobody.
        values = cloud.entry_values(_COPIED)
        entry = _entry(arguments, cloud.auth_url, password) | values
        _write_entry(clouds, arguments, entry)
        yield f'wrote {clouds}, rights 0600'
    if not user:
        user = keystone.make_user(arguments.user, arguments.domain, password)
        yield f'made the user {arguments.user}'
    elif password:
        keystone.set_password(user, password)
        yield f'gave the user {arguments.user} a new password'
    domains = identity.Identity(cloud, session).domains()
    yield from _roles(keystone, user, arguments, domains)


def _refuse_lost_password(clouds, arguments):
    raise faults.NotWell(
        f'The user {arguments.user} exists, but its password stands not in '
        f'{clouds}.',
        'Bring that file from the host that has it, or say the same again '
        'with --new-password: the old one stops working then.',
    )


def _roles(keystone, user, arguments, domains):
    reads, acts = keystone.role(READS), keystone.role(ACTS)
    project = keystone.project(arguments.project, arguments.domain)
    if not keystone.has(reads, user, project=project):
        keystone.give(reads, user, project=project)
        yield f'gave it {READS} on the project {arguments.project}'
    for page in domains:
        for domain in page:
            target = {
                'domain': domain.id,
                'os_inherit_extension_inherited': True,
            }
            if not keystone.has(acts, user, **target):
                keystone.give(acts, user, **target)
                yield (
                    f'gave it {ACTS} on the domain {domain.name}, inherited '
                    'by its projects'
                )


def _entry(arguments, url, password):
    return {
        'auth': {
            'auth_url': url,
            'username': arguments.user,
            'password': password,
            'user_domain_id': arguments.domain,
            'project_name': arguments.project,
            'project_domain_id': arguments.domain,
        },
        'identity_api_version': 3,
    }


def _name(arguments):
    return arguments.cloud or _ENTRY


def _yaml(arguments, entry):
    return yaml.safe_dump(
        {'clouds': {_name(arguments): entry}}, sort_keys=False
    )


def _known_entry(clouds, arguments):
    if not clouds.exists():
        return None
    known = yaml.safe_load(clouds.read_text()) or {}
    return known.get('clouds', {}).get(_name(arguments))


def _write_entry(clouds, arguments, entry):
    """Into a file of its own: one with comments would lose them."""
    known = {}
    if clouds.exists():
        known = yaml.safe_load(clouds.read_text()) or {}
    if set(known.get('clouds', {})) - {_name(arguments)}:
        raise faults.NotWell(
            f'{clouds} holds more than the entry {_name(arguments)}.',
            'Name another file with --clouds-yaml.',
        )
    clouds.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    text = _yaml(arguments, entry)
    record.write(clouds, text.encode(), 0o600)


def _tell_each(lines, quiet):
    for line in lines:
        if not quiet:
            print(line, flush=True)
        yield line
