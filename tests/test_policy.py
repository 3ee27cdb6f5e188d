import pathlib
import threading

from django.urls import reverse
import pytest
import yaml

from openstack_auth import policy as horizon_policy
from openstack_dashboard.management.commands import dump_default_policies

from rey_dashboard import policy
from rey_dashboard.policy import data
from rey_dashboard.policy import update
from rey_dashboard.policy import usage

pytestmark = pytest.mark.django_db


def test_an_unknown_rule_denies(admin):
    request = signed_in_request(admin)
    assert policy.allowed(request, usage.READ)
    assert not policy.allowed(request, 'rey:usage:raed')
    # It exists, but not for one domain.
    assert policy.allowed(request, update.READ)
    assert not policy.allowed_on_domain(request, update.READ, 'd', 'admin')


def test_rules_that_are_not_loaded_deny(admin, settings, tmp_path):
    request = signed_in_request(admin)
    assert policy.allowed(request, usage.READ)
    settings.DEFAULT_POLICY_FILES = {'rey': str(tmp_path / 'none.yaml')}
    horizon_policy.reset()
    assert not policy.allowed(request, usage.READ)


def test_rules_that_another_thread_still_loads_are_waited_for(
    admin, monkeypatch
):
    request = signed_in_request(admin)
    policy.register()
    other = horizon_policy._get_enforcer()['identity']
    monkeypatch.setattr(horizon_policy, '_ENFORCER', {'identity': other})
    done = threading.Timer(0.2, horizon_policy.reset)
    done.start()
    assert policy.allowed(request, usage.READ)
    done.join()


def test_an_operator_may_override_a_rule(sign_in, settings, tmp_path):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:usage:read": "role:auditor"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    request = signed_in_request(sign_in('auditor'))
    assert policy.allowed(request, usage.READ)
    assert not policy.allowed(request, data.REFRESH)


def test_an_operator_may_name_another_role_of_a_domain(
    sign_in, settings, tmp_path
):
    (tmp_path / 'rey_policy.yaml').write_text(
        '"rey:domain_manager": "\'auditor\':%(target.role.name)s"\n'
    )
    settings.POLICY_FILES = {'rey': str(tmp_path / 'rey_policy.yaml')}
    horizon_policy.reset()
    request = signed_in_request(sign_in('member'))
    for role, passes in (('auditor', True), ('manager', False)):
        assert passes is policy.allowed_on_domain(
            request, usage.READ, 'd', role
        )


def test_a_role_of_the_session_is_none_on_a_domain(sign_in):
    request = signed_in_request(sign_in('manager'))
    assert not policy.allowed(request, usage.READ)
    assert not policy.allowed_on_domain(request, usage.READ, 'd', 'member')
    assert policy.allowed_on_domain(request, usage.READ, 'd', 'manager')


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
