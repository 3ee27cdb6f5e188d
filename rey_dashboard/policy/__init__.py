"""Who may see and do what: rules in code, and one check that fails closed.

Horizon's own check answers "yes" for a scope or a rule that it does not know
(``openstack_auth.policy.check``, Horizon 27). No API stands behind our tables
to say "no", so everything here goes through :func:`allowed`.
"""

import logging
import pathlib
import threading
import time

from django.conf import settings
from oslo_policy import policy as oslo_policy

from openstack_auth import policy as horizon_policy

from rey_dashboard.policy import base
from rey_dashboard.policy import data
from rey_dashboard.policy import find
from rey_dashboard.policy import install
from rey_dashboard.policy import operate
from rey_dashboard.policy import session_roles
from rey_dashboard.policy import tasks
from rey_dashboard.policy import today
from rey_dashboard.policy import update
from rey_dashboard.policy import usage

LOG = logging.getLogger(__name__)

#: Horizon's name for our rules; operators override them in
#: ``rey_policy.yaml`` beside Horizon's other policy files.
SCOPE = 'rey'
POLICY_FILE = 'rey_policy.yaml'
#: What ``list_rules`` gives, dumped for Horizon, which reads YAML only.
DEFAULTS = pathlib.Path(__file__).parent / 'defaults.yaml'
#: Horizon loads the rules of all services with the first check, which takes
#: it half a second; the check of another thread finds some of them only.
LOADING_S = 10
_POLL_S = 0.05
_awaited = threading.Event()


def list_rules() -> list[oslo_policy.DocumentedRuleDefault]:
    """All rules, for oslo.policy's tools (its entry point names this)."""
    areas = (base, install, operate, usage, update, data, find, tasks, today)
    return [rule for area in areas for rule in area.RULES]


def register() -> None:
    """Tells Horizon of our rules, unless the operator did it himself."""
    settings.POLICY_FILES.setdefault(SCOPE, POLICY_FILE)
    settings.DEFAULT_POLICY_FILES.setdefault(SCOPE, str(DEFAULTS))
    horizon_policy.reset()
    _awaited.clear()


def allowed(request, rule: str) -> bool:
    """Whether the signed-in user passes ``rule``; unknown rules deny."""
    return (
        _is_known(request, rule)
        and _passes(request, rule)
        # Horizon keeps the roles of the time of signing in.
        and session_roles.renew(request)
        and _passes(request, rule)
    )


def allowed_on_domain(request, rule: str, domain_id: str, role: str) -> bool:
    """Whether this role, held on a domain, passes the rule's twin.

    The twin of ``rey:usage:read`` is ``rey:usage:read_domain``; a rule
    without one denies.
    """
    rule += base.OF_DOMAIN
    if rule not in _names() or not _is_known(request, rule):
        return False
    target = {base.ROLE_THERE: role, 'domain_id': domain_id}
    return _passes(request, rule, target) and session_roles.renew(request)


def _is_known(request, rule):
    if rule not in _names():
        LOG.error('Access denied: the policy rule %s does not exist', rule)
        return False
    if not _are_loaded(request):
        LOG.error(
            'Access denied: Horizon has not loaded the policy rules of '
            'scope %s; look for its earlier messages on policy files',
            SCOPE,
        )
        return False
    return True


def _are_loaded(request):
    """Waits for them, but only once: they may not be there at all."""
    end = time.monotonic() + LOADING_S
    while _passes(request, base.NOBODY):
        if _awaited.is_set() or time.monotonic() > end:
            _awaited.set()
            return False
        time.sleep(_POLL_S)
    _awaited.set()
    return True


def _names():
    return {rule.name for rule in list_rules()}


def _passes(request, rule, target=None):
    return horizon_policy.check(((SCOPE, rule),), request, target)
