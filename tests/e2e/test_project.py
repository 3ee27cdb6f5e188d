"""Every tab of a project's page against the bare APIs."""

import collections
import datetime

import pytest

from tests.e2e import expected
from tests.e2e import site
from tests.e2e import sums
from tests.e2e import words

pytestmark = pytest.mark.browser
PROJECTS = '/rey/projects/'
#: They own something of every kind, or their names are hard to write.
NAMES = ('webshop', 'genome', 'operations', 'bank', 'mail', '=1+1')


@pytest.fixture(scope='module')
def facts(demo, cloud):
    demo.collect()
    return expected.read(cloud)


@pytest.fixture(scope='module')
def projects(facts):
    """Ids by name."""
    return {row['name']: row['id'] for row in facts.projects.values()}


def tab(project_id, name=''):
    return f'{PROJECTS}{project_id}/{name}'


def owned(rows, key, project_id):
    return {row['id']: row for row in rows if row[key] == project_id}


def compare(page, address, kind, wanted):
    """The export's rows by id, and as many rows on the page."""
    told = {
        row[f'{kind}_id']: row for row in site.export(page, address)['rows']
    }
    assert set(told) == set(wanted)
    for thing_id, row in wanted.items():
        assert {name: told[thing_id][name] for name in row} == row
    shown = [cells for _link, cells in site.table(page, address)]
    assert len(shown) == len(wanted)
    badge = page.locator('.rey-tabs .active .badge').inner_text()
    assert badge == f'{len(wanted):,}'
    return shown


def test_servers(projects, cloud, sign_in):
    page = sign_in('admin')
    every = cloud.servers()
    for name in NAMES:
        mine = owned(every, 'tenant_id', projects[name])
        shown = compare(
            page,
            tab(projects[name]),
            'server',
            {
                server_id: {
                    'name': row['name'],
                    'status': row['status'],
                    'host': row['OS-EXT-SRV-ATTR:host'] or '',
                    'flavor': row['flavor']['original_name'],
                    'vcpus': row['flavor']['vcpus'],
                    'ram_mib': row['flavor']['ram'],
                    'disk_gib': row['flavor']['disk'],
                    'user_id': row['user_id'],
                    'created_at': row['created'],
                }
                for server_id, row in mine.items()
            },
        )
        assert sorted(
            (row['vCPUs'], row['RAM (GiB)'], row['Flavor']) for row in shown
        ) == sorted(
            (
                words.number(row['flavor']['vcpus']),
                words.number(row['flavor']['ram'], 1024),
                row['flavor']['original_name'],
            )
            for row in mine.values()
        )


def test_volumes(projects, cloud, sign_in):
    page = sign_in('admin')
    every = cloud.volumes()
    for name in NAMES:
        mine = owned(every, 'os-vol-tenant-attr:tenant_id', projects[name])
        shown = compare(
            page,
            tab(projects[name], 'volumes/'),
            'volume',
            {
                volume_id: {
                    'name': row['name'],
                    'status': row['status'],
                    'size_gib': row['size'],
                    'type': row['volume_type'],
                    'host': row['os-vol-host-attr:host'],
                    'server_ids': [
                        attachment['server_id']
                        for attachment in row['attachments']
                    ],
                }
                for volume_id, row in mine.items()
            },
        )
        assert sorted(
            (row['Size (GiB)'], row['Type'], row['Status']) for row in shown
        ) == sorted(
            (f'{row["size"]:,}', row['volume_type'], row['status'])
            for row in mine.values()
        )


def test_snapshots_and_backups(projects, cloud, sign_in):
    page = sign_in('admin')
    snapshots, backups = cloud.snapshots(), cloud.backups()
    owner = 'os-extended-snapshot-attributes:project_id'
    for name in NAMES:
        compare(
            page,
            tab(projects[name], 'snapshots/'),
            'snapshot',
            {
                snapshot_id: {
                    'name': row['name'],
                    'status': row['status'],
                    'size_gib': row['size'],
                    'volume_id': row['volume_id'],
                }
                for snapshot_id, row in owned(
                    snapshots, owner, projects[name]
                ).items()
            },
        )
        shown = compare(
            page,
            tab(projects[name], 'backups/'),
            'backup',
            {
                backup_id: {
                    'name': row['name'],
                    'status': row['status'],
                    'size_gib': row['size'],
                    'volume_id': row['volume_id'],
                    'is_incremental': row['is_incremental'],
                    'has_dependent_backups': row['has_dependent_backups'],
                    'fail_reason': row['fail_reason'] or '',
                }
                for backup_id, row in owned(
                    backups,
                    'os-backup-project-attr:project_id',
                    projects[name],
                ).items()
            },
        )
        assert {row['Kind'].split()[0] for row in shown} <= {
            'full',
            'incremental',
        }


def test_floating_ips(projects, cloud, sign_in):
    page = sign_in('admin')
    every = cloud.listed('floatingips')
    servers = {port['id']: port['device_id'] for port in cloud.listed('ports')}
    for name in NAMES:
        mine = owned(every, 'project_id', projects[name])
        shown = compare(
            page,
            tab(projects[name], 'floating-ips/'),
            'floating_ip',
            {
                address_id: {
                    'address': row['floating_ip_address'],
                    'status': row['status'],
                    'fixed_address': row['fixed_ip_address'] or '',
                    'server_id': servers.get(row['port_id'], ''),
                }
                for address_id, row in mine.items()
            },
        )
        assert {row['Address'].split()[0] for row in shown} == {
            row['floating_ip_address'] for row in mine.values()
        }


def test_everybody_who_can_sign_in_to_a_project(projects, cloud, sign_in):
    """Keystone spells out the roles that others imply, our page does not."""
    page = sign_in('admin')
    names, pairs = cloud.roles()
    implied = collections.defaultdict(set)
    for prior, role in pairs:
        implied[names[prior]].add(names[role])
    for project_id in projects.values():
        address = tab(project_id, 'people/')
        rows = site.export(page, address)['rows']
        told = {(row['user_id'], row['role']) for row in rows}
        effective = set(told)
        while True:
            more = {
                (user_id, role)
                for user_id, prior in effective
                for role in implied[prior]
            }
            if more <= effective:
                break
            effective |= more
        assert effective == {
            (user_id, names[role_id])
            for user_id, role_id in cloud.roles_on(project_id)
        }
    assert len(site.table(page, address)) == len(told)


@pytest.mark.parametrize('period', ['today', 'month'])
def test_hours_by_day_and_user(projects, facts, sign_in, period):
    page = sign_in('admin')
    for name in NAMES:
        address = tab(projects[name], f'hours/?period={period}')
        body = site.export(page, address)
        by_day = collections.defaultdict(dict)
        for row in body['rows']:
            by_day[row['day']][row['user_id']] = row
        assert by_day, 'its servers ran today'
        for day, told in by_day.items():
            about = {**body, 'first_day': day, 'last_day': day}
            if day != body['last_day']:
                about['running_until'] = None
            hours = sums.Hours(facts, about)
            bounds, _count = hours.by_user(projects[name])
            assert set(told) == set(bounds)
            for user_id, row in told.items():
                assert not sums.wrong_hours(row, bounds[user_id])


def test_history_of_today_holds_the_use_of_now(projects, cloud, sign_in):
    page = sign_in('admin')
    services = {
        'compute': (cloud.compute_quota, expected.COMPUTE, 'in_use'),
        'volume': (cloud.volume_quota, expected.VOLUME, 'in_use'),
        'network': (cloud.network_quota, expected.NETWORK, 'used'),
    }
    export = site.export(page, PROJECTS)['rows']
    rows = {row['project_id']: row for row in export}
    for ask, names, in_use in services.values():
        quota = ask(projects['webshop'])
        for name, (resource, _unit) in names.items():
            address = f'history/?resource_name={name}'
            told = site.export(page, tab(projects['webshop'], address))['rows']
            today = told[0]
            assert today['source'] == 'own'
            assert today['minimum'] <= today['mean'] <= today['maximum']
            used = quota[resource][in_use]
            assert today['minimum'] <= used <= today['maximum']
            if name == 'vcpus':
                change = rows[projects['webshop']]['vcpus_change_in_a_week']
                then = told[7]['mean']
                assert (
                    today['minimum'] - then - 0.01
                    <= change
                    <= today['maximum'] - then + 0.01
                )
    days = [datetime.date.fromisoformat(row['day']) for row in told]
    assert len(days) == 30
    assert days[0] - days[-1] == datetime.timedelta(days=29)
    shown = site.table(page, tab(projects['webshop'], 'history/'))
    assert [cells['Day (UTC)'] for _link, cells in shown] == [
        day.isoformat() for day in days
    ]
    assert page.locator(
        '[data-rey-chart] svg, [data-rey-chart] canvas'
    ).count()
