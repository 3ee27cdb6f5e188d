"""The service user that the worker signs in as: the commands, or the deed."""

from collections.abc import Iterator
import json
import os
import pathlib
import secrets
import shlex

from rey_dashboard.cloud import accounts
from rey_dashboard.cloud import faults as cloud_faults
from rey_dashboard.cloud import identity
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.setup import clouds_entry
from rey_dashboard.setup import faults

#: Lists what all projects own.
READS = 'admin'
#: What it makes in a project, it makes with a token of that project.
ACTS = 'member'
#: openstacksdk's name for the entry that it makes of OS_* variables.
_ENVIRONMENT = 'envvars'
_CLOUDS = '/etc/rey-dashboard/clouds.yaml'
_ENTRY = 'rey'
_NOTHING = 'All is so already; nothing was changed.'
# The question for the password comes last: it swallows what is pasted after.
_COMMANDS = """\
# On the worker's host; put the password into the file with an editor:
install -d {folder}
(umask 077; set -C; cat > {clouds}) << 'END'
{text}END

# As an administrator of the cloud; the last line asks for the password:
openstack user create --domain {domain} --or-show {user}
openstack role add --user {user} --user-domain {domain} \\
  --project {project} --project-domain {domain} {reads}
for domain in $(openstack domain list --format value --column ID); do
  openstack role add --user {user} --user-domain {domain} \\
    --domain "$domain" --inherited {acts}
done
openstack user set --domain {domain} --password-prompt {user}
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
    except cloud_faults.ALL as error:
        explained = cloud_faults.explain(error)
        raise faults.NotWell(
            explained.words,
            explained.remedy
            if isinstance(error, cloud_faults.CloudFault)
            else "Check the administrator's credentials with: openstack "
            'token issue; and look into the log of Keystone.',
        ) from error
    if arguments.json:
        told = told or [_NOTHING]
        print(json.dumps({'well': True, 'steps': told}, indent=1))
    else:
        file = shlex.quote(arguments.clouds_yaml)
        print(
            f'Try it: OS_CLIENT_CONFIG_FILE={file} rey-dashboard check '
            '--only cloud'
            if told
            else _NOTHING
        )
    return 0


def commands(arguments) -> str:
    """For a shell; the password stands nowhere in them.

    :raises faults.NotWell: ``--os-cloud`` names no entry
    """
    try:
        cloud = _administrator(arguments)
    except faults.NotWell:
        if arguments.os_cloud:
            raise
        # They may be told to who has no credentials here.
        cloud = None
    words = {
        'user': arguments.user,
        'domain': arguments.domain,
        'project': arguments.project,
        'clouds': arguments.clouds_yaml,
        'folder': os.path.dirname(arguments.clouds_yaml) or '.',
    }
    words = {name: shlex.quote(word) for name, word in words.items()}
    text = clouds_entry.text(_name(arguments), _entry(arguments, cloud))
    return _COMMANDS.format(reads=READS, acts=ACTS, text=text, **words)


def apply(arguments) -> Iterator[str]:
    """Makes what is not so yet, and tells each thing that it made.

    Looks first whether all is there that it needs.

    :raises faults.NotWell: the entry cannot be written
    :raises cloud_faults.ALL: Keystone refuses
    """
    cloud = _administrator(arguments)
    session = cloud.session()
    keystone = accounts.Accounts(cloud, session)
    domains = [
        domain
        for page in identity.Identity(cloud, session).domains()
        for domain in page
    ]
    if arguments.domain not in {domain.id for domain in domains}:
        raise faults.NotWell(
            f'There is no domain with the id {arguments.domain}.',
            'Name one by its id, not its name: openstack domain list',
        )
    roles = keystone.role(READS), keystone.role(ACTS)
    project = keystone.project(arguments.project, arguments.domain)
    user = keystone.user(arguments.user, arguments.domain)
    file = clouds_entry.File(
        pathlib.Path(arguments.clouds_yaml), _name(arguments)
    )
    entry = _entry(arguments, cloud)
    if user and not arguments.new_password:
        _need_password(file, entry, arguments)
    else:
        yield from _password(keystone, user, file, entry, arguments)
        user = user or keystone.user(arguments.user, arguments.domain)
    yield from _roles(keystone, user, roles, project, domains, arguments)


def _administrator(arguments):
    name = arguments.os_cloud or os.environ.get('OS_CLOUD') or _ENVIRONMENT
    try:
        return cloud_session.Cloud(name)
    except cloud_faults.Misconfigured as error:
        raise faults.NotWell(
            str(error),
            "Set an administrator's OS_* variables (of an openrc file), or "
            'name an entry of clouds.yaml with --os-cloud.',
        ) from error


def _need_password(file, entry, arguments):
    if not file.holds(entry):
        raise faults.NotWell(
            f'The user {arguments.user} exists, but its password stands not '
            f'in {file.path}.',
            'Bring that file from the host that has it, or say the same '
            'again with --new-password: the old one stops working then.',
        )


def _password(keystone, user, file, entry, arguments):
    """Makes the user, or gives it a new password."""
    file.need_own(entry)
    password = secrets.token_urlsafe(32)
    # Before Keystone: a password that nobody knows helps nobody.
    file.write(entry, password)
    try:
        if user:
            keystone.set_password(user, password)
        else:
            keystone.make_user(arguments.user, arguments.domain, password)
    except cloud_faults.ALL:
        file.put_back()
        raise
    yield f'wrote {file.path}, rights 0600'
    if user:
        yield f'gave the user {arguments.user} a new password'
    else:
        yield f'made the user {arguments.user}'


def _roles(keystone, user, roles, project, domains, arguments):
    reads, acts = roles
    if not keystone.has(reads, user, project=project):
        keystone.give(reads, user, project=project)
        yield f'gave it {READS} on the project {arguments.project}'
    for domain in domains:
        target = {'domain': domain.id, 'os_inherit_extension_inherited': True}
        if not keystone.has(acts, user, **target):
            keystone.give(acts, user, **target)
            yield (
                f'gave it {ACTS} on the domain {domain.name}, inherited by '
                'its projects'
            )


def _entry(arguments, cloud):
    return clouds_entry.of(
        arguments.user, arguments.project, arguments.domain, cloud
    )


def _name(arguments):
    return arguments.cloud or _ENTRY


def _tell_each(lines, quiet):
    for line in lines:
        if not quiet:
            print(line, flush=True)
        yield line
