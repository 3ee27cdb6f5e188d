"""The same by hand, with python-openstackclient."""

from collections.abc import Mapping
import shlex

from rey_dashboard.inventory import resources

_WORDS = {
    resources.COMPUTE: ('openstack', 'compute', 'service', 'set'),
    resources.VOLUME: ('openstack', 'volume', 'service', 'set'),
    resources.NETWORK: ('openstack', 'network', 'agent', 'set'),
}


def of(
    service: str, service_id: str, binary: str, host: str, asked: Mapping
) -> list[str]:
    """One command."""
    is_off = asked['status'] == 'disabled'
    words = [*_WORDS[service], '--disable' if is_off else '--enable']
    if asked.get('disabled_reason'):
        words.append(f'--disable-reason={asked["disabled_reason"]}')
    if 'description' in asked:
        words.append(f'--description={asked["description"] or ""}')
    target = (service_id,)
    if service != resources.NETWORK:
        target = (host, binary)
    return [shlex.join([*words, '--', *target])]
