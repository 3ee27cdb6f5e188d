"""Whether Horizon has our policy rules, and the operator's names exist."""

import pathlib
import re

from django.conf import settings
from oslo_config import cfg
from oslo_policy import _checks
from oslo_policy import policy as oslo_policy
import yaml

from openstack_auth import policy as horizon_policy

from rey_dashboard import policy as policy_
from rey_dashboard.policy import base
from rey_dashboard.setup import verdict as verdict_

_NAME = 'Policy'
_SAMPLE = 'oslopolicy-sample-generator --namespace rey_dashboard'
_REMEDY = (
    'Look at POLICY_FILES, DEFAULT_POLICY_FILES and POLICY_FILES_PATH in '
    "Horizon's settings, and whether the web server may read "
    f'{policy_.POLICY_FILE} there. The rules: {_SAMPLE}'
)


#: What comes of a file that is no YAML, no rules, or not readable.
_BROKEN = (
    AttributeError,
    OSError,
    TypeError,
    ValueError,
    cfg.Error,
    yaml.YAMLError,
)


def policy() -> verdict_.Verdict:
    """Whether the rules are loaded as the pages will have them."""
    names = {rule.name for rule in policy_.list_rules()}
    wrong = _wrong_file()
    if wrong:
        return verdict_.not_well(
            _NAME,
            f'{_file()} {wrong}: nobody is let in, or Horizon fails.',
            f'Mend or remove that file, and restart the web server. {_REMEDY}',
        )
    # Private, but the same in Horizon 26 and 27; what is public wants a
    # signed-in user.
    try:
        enforcer = horizon_policy._get_enforcer().get(policy_.SCOPE)
    except _BROKEN as error:
        return verdict_.not_well(
            _NAME,
            f'Horizon cannot load its policy files: {error}',
            'Mend the file of these in POLICY_FILES_PATH that is no YAML of '
            'rules, or that the web server may not read.',
        )
    if enforcer is None or names - set(enforcer.rules):
        return verdict_.not_well(
            _NAME,
            'Horizon has not loaded the rules: everybody is refused.',
            _REMEDY,
        )
    return _of_file(enforcer, names)


def _of_file(enforcer, names):
    """What the operator's own file makes of the rules."""
    if enforcer.enforce(base.NOBODY, {}, {'roles': ['admin']}):
        return verdict_.not_well(
            _NAME,
            f'The rule {base.NOBODY} lets somebody pass: everybody is '
            'refused.',
            f'Take {base.NOBODY} out of {_file()}.',
        )
    own = sorted(enforcer.file_rules)
    lost = [
        name
        for name in own
        if name.startswith(f'{policy_.SCOPE}:') and name not in names
    ]
    broken = _broken_rules(enforcer)
    if lost or broken:
        found = []
        if lost:
            found.append(f'changes rules that do not exist: {_list(lost)}')
        if broken:
            found.append(f'has rules that nobody passes: {broken}')
        return verdict_.not_well(
            _NAME,
            f'{policy_.POLICY_FILE} {" and ".join(found)}.',
            f'Mend these in {_file()}. The rules: {_SAMPLE}',
        )
    told = f', {_list(own)} as {policy_.POLICY_FILE} has it' if own else ''
    return verdict_.well(_NAME, f'{len(names)} rules are loaded{told}.')


def _broken_rules(enforcer):
    """Those that are no rules, or name another that is not there."""
    unread = [
        name
        for name, rule in sorted(enforcer.file_rules.items())
        if rule.check_str != '!' and isinstance(rule.check, _checks.FalseCheck)
    ]
    if unread:
        return _list(unread)
    try:
        enforcer.check_rules(raise_on_violation=True)
    except oslo_policy.InvalidDefinitionError as error:
        return _list(re.findall(r"'([^']+)'", str(error)))
    return ''


def _file():
    return pathlib.Path(
        settings.POLICY_FILES_PATH, settings.POLICY_FILES[policy_.SCOPE]
    )


def _wrong_file():
    """What is wrong with the operator's own file; he need not have one."""
    try:
        rules = yaml.safe_load(_file().read_text())
    except FileNotFoundError:
        return ''
    except OSError as error:
        return f'cannot be read ({error.strerror})'
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        return 'is no YAML' + (f' (line {mark.line + 1})' if mark else '')
    if rules and not isinstance(rules, dict):
        return 'holds no rules, each as "name": "rule"'
    return ''


def _list(names):
    return ', '.join(names)
