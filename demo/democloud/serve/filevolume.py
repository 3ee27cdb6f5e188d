"""A cinder driver that keeps each volume as a sparse file in a folder.

No kernel module, no mount, no sudo: os-brick's "local" connector hands the
file's path to cinder-backup, so that backups and restores move real bytes.
Behind each declared GiB stands a much smaller file, so that many volumes stay
quick.

For showing what goes wrong in a cloud:
- a volume with the metadata demo=fail-create ends in "error";
- so does a snapshot with "fail" in its name;
- a backup with "stuck" in its name stays in "creating": the driver fails to
  provide what is to be read, and cinder-backup waits for it for ever (cinder
  29: VolumeManager.get_backup_device is a cast, and nobody tells the caller);
- a back end with filevolume_refuse_backups fails all backups.
"""

import contextlib
import os
import shutil
import subprocess

from cinder import exception
from cinder import interface
from cinder.volume import configuration
from cinder.volume import driver
from oslo_config import cfg

OPTIONS = [
    cfg.StrOpt('filevolume_folder', help='Folder of the volume files.'),
    cfg.IntOpt(
        'filevolume_bytes_per_gib',
        default=16 << 20,
        help='Bytes on disk for each declared GiB.',
    ),
    cfg.IntOpt(
        'filevolume_capacity_gib',
        default=100000,
        help='Capacity told to the scheduler.',
    ),
    cfg.BoolOpt(
        'filevolume_refuse_backups',
        default=False,
        help='Refuse the connection that a backup reads through.',
    ),
]
cfg.CONF.register_opts(OPTIONS, group=configuration.SHARED_CONF_GROUP)


@interface.volumedriver
class FileVolumeDriver(driver.VolumeDriver):
    VERSION = '1.0'
    CI_WIKI_NAME = 'None'

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.configuration.append_config_values(OPTIONS)
        self._for_backup = set()

    @staticmethod
    def get_driver_options():
        return OPTIONS

    def do_setup(self, context):
        os.makedirs(self.configuration.filevolume_folder, exist_ok=True)

    def check_for_setup_error(self):
        folder = self.configuration.filevolume_folder
        if not os.access(folder, os.W_OK):
            _fail('%s is not writable' % folder)

    def local_path(self, volume):
        """The path of a volume's file, and a snapshot's too."""
        return os.path.join(
            self.configuration.filevolume_folder, volume['name']
        )

    def _size(self, gib):
        return int(gib) * self.configuration.filevolume_bytes_per_gib

    def _grow(self, volume):
        path = self.local_path(volume)
        with open(path, 'ab') as file:
            if file.tell() < self._size(volume['size']):
                file.truncate(self._size(volume['size']))

    def _update_volume_stats(self):
        name = self.configuration.volume_backend_name
        with os.scandir(self.configuration.filevolume_folder) as files:
            used = sum(file.stat().st_size for file in files)
        used //= self._size(1)
        total = self.configuration.filevolume_capacity_gib
        pool = {
            'pool_name': name,
            'total_capacity_gb': total,
            'free_capacity_gb': max(0, total - used),
            'provisioned_capacity_gb': used,
            'allocated_capacity_gb': used,
            'reserved_percentage': 0,
            'max_over_subscription_ratio': '20.0',
            'thin_provisioning_support': True,
            'thick_provisioning_support': False,
            'multiattach': True,
            'QoS_support': False,
        }
        self._stats = {
            'volume_backend_name': name,
            'vendor_name': 'democloud',
            'driver_version': self.VERSION,
            'storage_protocol': 'local',
            'pools': [pool],
        }

    def create_volume(self, volume):
        if (volume.metadata or {}).get('demo') == 'fail-create':
            _fail('the volume asked for it')
        self._grow(volume)

    def delete_volume(self, volume):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.local_path(volume))

    def extend_volume(self, volume, new_size):
        self._grow({'name': volume['name'], 'size': new_size})

    def create_cloned_volume(self, volume, src_vref):
        _copy(self.local_path(src_vref), self.local_path(volume))
        self._grow(volume)

    def create_snapshot(self, snapshot):
        if 'fail' in (snapshot['display_name'] or ''):
            _fail('the snapshot asked for it')
        _copy(self.local_path(snapshot.volume), self.local_path(snapshot))

    def delete_snapshot(self, snapshot):
        self.delete_volume(snapshot)

    def create_volume_from_snapshot(self, volume, snapshot):
        _copy(self.local_path(snapshot), self.local_path(volume))
        self._grow(volume)

    def revert_to_snapshot(self, context, volume, snapshot):
        shutil.copyfile(self.local_path(snapshot), self.local_path(volume))

    def clone_image(
        self, context, volume, image_location, image_meta, image_service
    ):
        """Take the image over as it is: cinder's way needs qemu-img."""
        if image_meta['disk_format'] != 'raw':
            return None, False
        with open(self.local_path(volume), 'wb') as file:
            image_service.download(context, image_meta['id'], file)
        self._grow(volume)
        return {}, True

    def ensure_export(self, context, volume):
        """Nothing to do: there is no export."""

    def create_export(self, context, volume, connector):
        """Nothing to do: there is no export."""

    def remove_export(self, context, volume):
        """Nothing to do: there is no export."""

    def get_backup_device(self, context, backup):
        if 'stuck' in (backup.display_name or ''):
            _fail('the backup asked for it')
        device, is_snapshot = super().get_backup_device(context, backup)
        if self.configuration.filevolume_refuse_backups:
            self._for_backup.add(device.id)
        return device, is_snapshot

    def initialize_connection(self, volume, connector, **kwargs):
        if volume.id in self._for_backup:
            self._for_backup.discard(volume.id)
            _fail('the array refused to export the volume (path lost)')
        self._grow(volume)
        path = self.local_path(volume)
        data = {'device_path': path, 'name': volume['name']}
        return {'driver_volume_type': 'local', 'data': data}

    def terminate_connection(self, volume, connector, **kwargs):
        # A restore into a new volume skips blocks of zeros by seeking, and
        # the file ends at the last other block: put the tail back.
        self._grow(volume)


def _copy(source, target):
    if os.path.exists(source):
        subprocess.run(['cp', '--sparse=always', source, target], check=True)
    else:
        # A volume that was put into the database in bulk has no file.
        open(target, 'wb').close()


def _fail(why):
    raise exception.VolumeBackendAPIException(data=why)
