"""What upgrade checks print, as real services printed it, and nonsense."""

import pathlib

import pytest

from rey_dashboard.verification import upgrade_text

FOLDER = pathlib.Path(__file__).parent / 'upgrade_checks'


def sample(name):
    return (FOLDER / name).read_text()


def read(text, service=''):
    return {one.service: one for one in upgrade_text.read(text, service)}


def results(told):
    return [result for _name, result, _details in told.checks]


@pytest.mark.parametrize(
    'name, service, counts',
    [
        ('nova-table.txt', 'nova', (6, 1, 0)),
        ('cinder-table.txt', 'cinder', (6, 0, 1)),
        ('cinder.json', 'cinder', (6, 0, 1)),
        ('neutron-table.txt', 'neutron', (14, 2, 0)),
        ('neutron.json', 'neutron', (14, 2, 0)),
        ('placement-table.txt', 'placement', (3, 0, 0)),
        ('keystone-table.txt', 'keystone', (3, 0, 0)),
        ('keystone.json', 'keystone', (3, 0, 0)),
    ],
)
def test_what_real_services_print_is_read(name, service, counts):
    told = read(sample(name))
    assert list(told) == [service]
    found = results(told[service])
    assert tuple(map(found.count, upgrade_text.RESULTS)) == counts


@pytest.mark.parametrize('service', ['cinder', 'keystone', 'neutron'])
def test_table_and_json_say_the_same_though_the_table_is_wrapped(service):
    table = read(sample(f'{service}-table.txt'))[service].checks
    json = read(sample(f'{service}.json'))[service].checks
    assert [(*row[:2], row[2].strip()) for row in json] == list(table)


def test_an_address_that_was_broken_behind_a_hyphen_is_whole_again():
    checks = read(sample('nova-table.txt'))['nova'].checks
    details = {name: told for name, _result, told in checks}
    assert details['hw_machine_type unset'].endswith(
        'https://docs.openstack.org/nova/latest/admin/hw-machine-type.html'
    )


def test_a_check_that_broke_is_told_as_that():
    told = read(sample('glance-table.txt'))
    assert list(told) == ['glance']
    assert not told['glance'].checks
    assert told['glance'].broke == (
        'oslo_config.cfg.NoSuchOptError: no such option enabled_backends in '
        'group [DEFAULT]'
    )


def test_several_are_read_with_all_that_a_terminal_has_between_them():
    text = '\r\n'.join(
        [
            'root@ctl:~# nova-status upgrade check',
            sample('nova-table.txt'),
            'root@ctl:~# cinder-status upgrade check --json',
            sample('cinder-stderr.txt').replace('\n', '\r\n'),
            sample('cinder.json'),
            'root@ctl:~# glance-status upgrade check',
            sample('glance-table.txt'),
            '2026-11-23 09:01:00.123 42 WARNING neutron.conf [-] Old',
            sample('neutron-table.txt'),
            '$ heat-status upgrade check',
            sample('heat-table.txt'),
        ]
    )
    told = read(text)
    assert sorted(told) == ['cinder', 'glance', 'heat', 'neutron', 'nova']
    assert told['glance'].broke


def test_whose_it_is_may_be_told_by_whoever_pastes():
    text = sample('heat-table.txt')
    with pytest.raises(upgrade_text.Wrong, match='which service') as told:
        read(text)
    assert told.value.line == 1
    assert list(read(text, 'heat')) == ['heat']


@pytest.mark.parametrize(
    'text, line, words',
    [
        ('', 1, 'no result'),
        ('\n\nHello, world', 3, 'no output of an upgrade check: Hello'),
        (sample('nova-table.txt')[:300], 5, 'ends in the middle'),
        (
            sample('nova-table.txt').replace('Warning', 'Shrug  '),
            25,
            'none of Success, Warning, Failure',
        ),
        (
            sample('nova-table.txt').replace('| Result: S', '| Rasult: S', 1),
            5,
            'No part of a check: Rasult',
        ),
        ('{"checks": [\n{"check": }]}', 2, 'No JSON'),
        ('{"name": "x"}', 1, 'no list of checks'),
        ('{"checks": [{"check": "a", "result": 7}]}', 1, 'is not as'),
        ('{"checks": [{"check": "a", "result": 0}]} x', 1, 'behind the end'),
        (sample('nova-stderr.txt'), 29, 'nova-status refused'),
        ('\x00', 1, 'a character that'),
        (sample('nova-table.txt') + 'rm -rf /', 38, 'no output'),
    ],
)
def test_nonsense_is_refused_with_the_line_at_fault(text, line, words):
    with pytest.raises(upgrade_text.Wrong, match=words) as told:
        read(text)
    assert told.value.line == line
