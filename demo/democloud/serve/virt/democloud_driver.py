"""A virt driver for nova: its own fake one, made to survive a restart.

- A host's size is ours to say (democloud/hosts.py).
- A node keeps its uuid, so that Placement's providers find it again.
- A server that stands in the database but not in memory, after a restart or
  because it was put there in bulk, answers with its last known power state
  instead of "not found".
- A server's image gets some bytes; without, it would stay "queued" for ever.
"""

import io
import uuid

from nova.compute import power_state
from nova.image import glance
from nova.virt import fake
from nova.virt import hardware

from democloud import hosts

#: As libvirt tells it: 1,000 for each minor number.
QEMU = 8002002
UPTIME = ' 12:00:00 up 7 days,  1:02,  1 user,  load average: 0.2, 0.3, 0.3'


class DemoDriver(fake.FakeDriver):
    capabilities = dict(fake.FakeDriver.capabilities)

    def init_host(self, host):
        super().init_host(host)
        vcpus, ram_mib, disk_gib = hosts.size(host)
        self.resources = fake.Resources(
            vcpus=vcpus, memory_mb=ram_mib, local_gb=disk_gib
        )

    def get_nodenames_by_uuid(self, refresh=False):
        return {_uuid(name): name for name in self.get_available_nodes()}

    def get_available_resource(self, nodename):
        found = super().get_available_resource(nodename)
        if found:
            found['uuid'] = _uuid(nodename)
            found['hypervisor_type'] = 'QEMU'
            found['hypervisor_version'] = QEMU
        return found

    def get_host_uptime(self):
        return UPTIME

    def get_info(self, instance, use_cache=True):
        known = instance.uuid in self.instances
        state = instance.power_state
        if not known and state is not None and instance.vm_state != 'building':
            return hardware.InstanceInfo(state=state)
        return super().get_info(instance, use_cache)

    def snapshot(self, context, instance, image_id, update_task_state):
        self._know(instance)
        super().snapshot(context, instance, image_id, update_task_state)
        metadata = {'disk_format': 'raw', 'container_format': 'bare'}
        content = io.BytesIO(bytes(1 << 20))
        glance.API().update(
            context, image_id, metadata, content, purge_props=False
        )

    def power_on(self, context, instance, *args, **kwargs):
        self._know(instance)
        return super().power_on(context, instance, *args, **kwargs)

    def power_off(self, instance, *args, **kwargs):
        self._know(instance)
        return super().power_off(instance, *args, **kwargs)

    def reboot(self, context, instance, *args, **kwargs):
        self._know(instance)
        return super().reboot(context, instance, *args, **kwargs)

    def _know(self, instance):
        self.instances.setdefault(
            instance.uuid,
            fake.FakeInstance(
                instance.name, power_state.RUNNING, instance.uuid
            ),
        )


def _uuid(nodename):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, 'democloud-' + nodename))
