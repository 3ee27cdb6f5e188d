"""The company's quotas in Nova, Cinder and Neutron."""

from democloud import company_access


def set_planned(access, plan):
    """Set all quotas, but for those that are lowered in the end."""
    _set_all(access, plan, 'quota')


def lower(access, plan):
    """Set the quotas that lie below what is in use by now.

    Nova wants to be forced. Cinder refuses it where the project already has a
    value of its own, and accepts it where it has none: so set_planned leaves
    these alone.
    """
    _set_all(access, plan, 'lowered')


def _set_all(access, plan, which):
    work = [
        (access, project, service, limits)
        for project in plan.projects
        if project.name in access.project_ids
        for service, limits in getattr(project, which).items()
    ]
    company_access.together('quotas', _set, work)


def _set(access, project, service, limits):
    project_id = access.project_ids[project.name]
    admin = access.admin
    if service == 'network':
        # Neutron sets the same value again without complaint.
        admin.network.update_quota(project_id, **limits)
        return
    api = admin.compute if service == 'compute' else admin.block_storage
    now = api.get_quota_set(project_id)
    changed = {
        name: limit for name, limit in limits.items() if now[name] != limit
    }
    if changed:
        force = {'force': True} if service == 'compute' else {}
        api.update_quota_set(project_id, **changed, **force)
