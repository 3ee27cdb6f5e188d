"""Who may see and do what: rules in code, and one check that fails closed.

Horizon's own check answers "yes" for a scope or a rule that it does not know
(``openstack_auth.policy.check``, Horizon 27). No API stands behind our tables
to say "no", so everything here goes through :func:`allowed`.
"""

import logging
import pathlib

from django.conf import settings
from oslo_policy import policy as oslo_policy

from openstack_auth import policy as horizon_policy

from rey_dashboard.policy import base
from rey_dashboard.policy import usage

LOG = logging.getLogger(__name__)

#: Horizon's name for our rules; operators override them in
#: ``rey_policy.yaml`` beside Horizon's other policy files.
SCOPE = 'rey'
POLICY_FILE = 'rey_policy.yaml'
#: What ``list_rules`` gives, dumped for Horizon, which reads YAML only.
DEFAULTS = pathlib.Path(__file__).parent / 'defaults.yaml'


def list_rules() -> list[oslo_policy.DocumentedRuleDefault]:
    """All rules, for oslo.policy's tools (its entry point names this)."""
    return [*base.RULES, *usage.RULES]


def register() -> None:
    """Tells Horizon of our rules, unless the operator did it himself."""
    settings.POLICY_FILES.setdefault(SCOPE, POLICY_FILE)
    settings.DEFAULT_POLICY_FILES.setdefault(SCOPE, str(DEFAULTS))
    horizon_policy.reset()


def allowed(request, rule: str) -> bool:
    """Whether the signed-in user passes ``rule``; unknown rules deny."""
    if rule not in {known.name for known in list_rules()}:
        LOG.error('Access denied: the policy rule %s does not exist', rule)
        return False
    if _passes(request, base.NOBODY):
        LOG.error(
            'Access denied: Horizon has not loaded the policy rules of '
            'scope %s; look for its earlier messages on policy files',
            SCOPE,
        )
        return False
    return _passes(request, rule)


def _passes(request, rule):
    return horizon_policy.check(((SCOPE, rule),), request)
