"""What Cinder's messages for users usually mean.

The words are those of ``user_message``: an action and a detail of cinder 29's
``message/message_field.py``, with a colon between. Cinder translates them into
the language that is asked for; we ask for none, and so get English.
"""

from django.utils.translation import gettext_lazy as _

from rey_dashboard.inventory import meanings

_CINDER = 'https://opendev.org/openstack/cinder/src/tag/29.0.0/cinder/'

#: The first that fits counts.
MEANINGS = (
    meanings.Meaning(
        r'could not find any available weighted backend',
        _('No back end had room for it, or none fits its type.'),
        _(
            'Compare its size and type with the pools, then look in '
            'cinder-scheduler.log which filter left none over: '
            'openstack volume backend pool list --long'
        ),
        f'{_CINDER}scheduler/filter_scheduler.py',
    ),
    meanings.Meaning(
        r'driver failed to (create the|extend) volume',
        _('The storage itself refused.'),
        _('Look for the id of the volume in cinder-volume.log of its host.'),
        f'{_CINDER}volume/manager.py',
    ),
    meanings.Meaning(
        r'driver is not initialized',
        _('cinder-volume runs, but cannot use its storage.'),
        _(
            'Look in its log for the first error after its start: the '
            'storage cannot be reached, or its settings are wrong.'
        ),
        f'{_CINDER}volume/manager.py',
    ),
    meanings.Meaning(
        r'not enough quota resource',
        _('Glance took no image of it: the project’s quota there is used up.'),
        _('Delete images of the project, or raise its limit in Keystone.'),
        f'{_CINDER}image/glance.py',
    ),
    meanings.Meaning(
        r'image used for creating volume exceeds available space',
        _('The host of cinder-volume has no room to convert the image.'),
        _(
            'Make room where image_conversion_dir of cinder.conf leads to, '
            'or give Glance the image in raw format.'
        ),
        f'{_CINDER}volume/flows/manager/create_volume.py',
    ),
    meanings.Meaning(
        r'compute service failed to extend',
        _('Nova was not told that the volume is larger now.'),
        _(
            'Look whether Nova’s API answers cinder-volume; a hard reboot of '
            'the server mostly shows it the new size.'
        ),
        f'{_CINDER}compute/nova.py',
    ),
    meanings.Meaning(
        r'failed to (attach|detach) volume',
        _('The volume did not come to the host of cinder-backup, or stayed.'),
        _(
            'Look at iSCSI, Fibre Channel or Ceph on that host, and for the '
            'id of the volume in cinder-backup.log.'
        ),
        f'{_CINDER}backup/manager.py',
    ),
    meanings.Meaning(
        r'backup service is down|service not found for creating backup',
        _('No cinder-backup could take it.'),
        _(
            'Look at the services’ state and zone: '
            'openstack volume service list --service cinder-backup'
        ),
        f'{_CINDER}backup/manager.py',
    ),
)
of = meanings.finder(MEANINGS)
