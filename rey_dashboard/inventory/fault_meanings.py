"""What Nova's words of a server's fault usually mean.

The words are those of ``fault.message``: the text of the exception that ended
the task, as ``compute/utils.py`` (``add_instance_fault_from_exc``) of nova 34
keeps it. They are never translated.
"""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import meanings

_NOVA = 'https://opendev.org/openstack/nova/src/tag/34.0.0/nova/'
_EXCEPTIONS = f'{_NOVA}exception.py'
_COMPUTE = f'{_NOVA}compute/manager.py'

#: The first that fits counts: what says more stands first.
MEANINGS = (
    meanings.Meaning(
        r'exhausted all hosts available for retrying|'
        r'exceeded maximum number of retries',
        _('Several hosts tried to build it, and each of them failed.'),
        _(
            'The last host’s own words are in its nova-compute.log: look '
            'there for the id of the server.'
        ),
        f'{_NOVA}conductor/manager.py',
    ),
    meanings.Meaning(
        r'no valid host was found',
        _('No host had room for it, or none was fit for what it asks for.'),
        _(
            'Compare its flavor with the room of the hosts, then look in '
            'nova-scheduler.log which filter left none over: '
            'openstack allocation candidate list --resource VCPU=N '
            '--resource MEMORY_MB=N'
        ),
        _EXCEPTIONS,
    ),
    meanings.Meaning(
        r'insufficient compute resources',
        _('Its host had no room any more when it came there.'),
        _(
            'Another server was quicker, or Placement counts wrongly: '
            'nova-manage placement audit'
        ),
        _EXCEPTIONS,
    ),
    meanings.Meaning(
        r'failed to allocate the network|virtual interface creation failed',
        _('Neutron did not bring its port up in time.'),
        _(
            'Look whether the network agents of its host are up, and in '
            'neutron-server’s log for the id of the port.'
        ),
        _COMPUTE,
    ),
    meanings.Meaning(
        r'block device mapping is invalid|'
        r'did not finish being created even after we waited',
        _('Cinder did not give it a volume, or not in time.'),
        _(
            'Look at the state of its volumes and at the volume services: '
            'openstack volume service list'
        ),
        _EXCEPTIONS,
    ),
    meanings.Meaning(
        r'timed out waiting for a reply to message id',
        _('A service did not answer by way of RabbitMQ.'),
        _(
            'Look whether nova-compute of its host is up and whether RabbitMQ '
            'is well. What was asked may have been done all the same.'
        ),
        'https://docs.openstack.org/oslo.messaging/latest/',
    ),
    meanings.Meaning(
        r'image \S+ could not be found',
        _('The image that it is made of is gone, or its project lost it.'),
        _('Rebuild it from another image, or give the image back.'),
        _EXCEPTIONS,
    ),
    meanings.Meaning(
        r'is not mapped to any cell',
        _('Nova does not know in which cell its host is.'),
        _('nova-manage cell_v2 discover_hosts --verbose'),
        _EXCEPTIONS,
    ),
)
of = meanings.finder(MEANINGS)
