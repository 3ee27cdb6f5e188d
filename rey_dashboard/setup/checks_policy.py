"""Whether Horizon has our policy rules, and the operator's names exist."""

import yaml

from openstack_auth import policy as horizon_policy

from rey_dashboard import policy as policy_
from rey_dashboard.policy import base
from rey_dashboard.setup import verdict as verdict_

_NAME = 'Policy'
_REMEDY = (
    'Look at POLICY_FILES, DEFAULT_POLICY_FILES and POLICY_FILES_PATH in '
    "Horizon's settings, and whether the web server may read "
    f'{policy_.POLICY_FILE} there. The rules: oslopolicy-sample-generator '
    '--namespace rey_dashboard'
)


def policy() -> verdict_.Verdict:
    """Whether the rules are loaded as the pages will have them."""
    names = {rule.name for rule in policy_.list_rules()}
    # Private, but the same in Horizon 26 and 27; what is public wants a
    # signed-in user.
    try:
        enforcer = horizon_policy._get_enforcer().get(policy_.SCOPE)
    except yaml.YAMLError:
        enforcer = None
    if enforcer is None or names - set(enforcer.rules):
        return verdict_.not_well(
            _NAME,
            'Horizon has not loaded the rules: everybody is refused.',
            _REMEDY,
        )
    if enforcer.enforce(base.NOBODY, {}, {'roles': ['admin']}):
        return verdict_.not_well(
            _NAME,
            f'The rule {base.NOBODY} lets somebody pass: everybody is '
            'refused.',
            f'Take {base.NOBODY} out of {policy_.POLICY_FILE}.',
        )
    own = sorted(enforcer.file_rules)
    lost = [
        name
        for name in own
        if name.startswith(f'{policy_.SCOPE}:') and name not in names
    ]
    if lost:
        return verdict_.not_well(
            _NAME,
            f'{policy_.POLICY_FILE} changes rules that do not exist: '
            f'{", ".join(lost)}.',
            _REMEDY,
        )
    told = f', {", ".join(own)} as {policy_.POLICY_FILE} has it' if own else ''
    return verdict_.well(_NAME, f'{len(names)} rules are loaded{told}.')
