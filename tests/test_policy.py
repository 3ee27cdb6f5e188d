import pathlib

from django.urls import reverse
import pytest
import yaml

from openstack_auth import policy as horizon_policy
from openstack_dashboard.management.commands import dump_default_policies

from rey_dashboard import policy
from rey_dashboard.inventory import models
from rey_dashboard.policy import usage
from tests import factory

pytestmark = pytest.mark.django_db
#: Addresses that only take a POST.
WRITES = ('/refresh/', '/columns/')


def addresses():
    """Every address of the dashboard, as its URL conf has them."""
    from django.urls import get_resolver

    def walk(patterns, prefix=''):
        for pattern in patterns:
            path = prefix + str(pattern.pattern).lstrip('^')
            if hasattr(pattern, 'url_patterns'):
                yield from walk(pattern.url_patterns, path)
            else:
                yield path

    return [
        '/' + path.replace('<str:project_id>', 'p')
        for path in walk(get_resolver().url_patterns)
        if path.startswith('rey/')
    ]


def test_the_walk_finds_the_pages():
    found = addresses()
    for name in ('projects:index', 'data:index', 'data:refresh'):
        assert reverse(f'horizon:rey:{name}') in found
    assert '/rey/projects/p/volumes/' in found
    assert '/rey/' in found


@pytest.mark.parametrize('roles', [('member',), ('manager', 'reader'), ()])
def test_others_than_admin_are_refused_everywhere(sign_in, roles):
    factory.collected()
    factory.summary('p')
    browser = sign_in(*roles)
    for address in addresses():
        for suffix in ('', '?format=csv', '?format=json'):
            response = browser.get(address + suffix)
            assert response.status_code == 403, address + suffix
            assert browser.post(address + suffix).status_code == 403
    assert models.Collector.objects.get().requested_at is None


def test_strangers_are_sent_to_sign_in(client, horizon_frame):
    for address in addresses():
        response = client.get(address)
        assert response.status_code == 302, address
        assert '/auth/login/' in response.url


def test_admin_sees_the_pages(admin):
    factory.collected()
    factory.summary('p')
    for address in addresses():
        if not address.endswith(WRITES):
            assert admin.get(address, follow=True).status_code == 200


def test_the_dashboard_is_not_in_the_members_navigation(member):
    page = member.get(reverse('horizon:settings:user:index'))
    assert 'Cloud Operations' not in page.content.decode()


def test_an_unknown_rule_denies(admin):
    request = signed_in_request(admin)
    assert policy.allowed(request, usage.READ)
    assert not policy.allowed(request, 'rey:usage:raed')


def test_rules_that_are_not_loaded_deny(admin, settings, tmp_path):
    request = signed_in_request(admin)
    settings.DEFAULT_POLICY_FILES = {'rey': str(tmp_path / 'none.yaml')}
    horizon_policy.reset()
    assert not policy.allowed(request, usage.READ)


def test_an_operator_may_override_a_rule(sign_in, settings, tmp_path):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:usage:read": "role:auditor"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    request = signed_in_request(sign_in('auditor'))
    assert policy.allowed(request, usage.READ)
    assert not policy.allowed(request, usage.REFRESH)


def test_the_dump_that_horizon_reads_is_the_code():
    rules = [
        dump_default_policies._format_default_policy(rule)
        for rule in policy.list_rules()
    ]
    dumped = yaml.safe_load(pathlib.Path(policy.DEFAULTS).read_text())
    assert dumped == rules


def signed_in_request(browser):
    """A request as a view of ours gets it."""
    return browser.get(reverse('horizon:settings:user:index')).wsgi_request
