"""Rights that the service user lacks."""

from django import urls
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rey_dashboard.checks import registry
from rey_dashboard.inventory import models
from rey_dashboard.inventory import parts
from rey_dashboard.policy import install

KINDS = models.Right.Kind
_SEVERITY = registry.SEVERITY


class RightMissing(registry.Check):
    """A finding a service: what it refuses the worker's account.

    Not what it leaves out without a word; see ``cloud/rights.py``.
    """

    label = _('Rights that the service user lacks')
    area = 'install'
    rule = install.READ
    rests_on = (parts.RIGHTS,)
    titles = {
        KINDS.READ: _('%(name)s refuses what the collector reads: %(first)s'),
        KINDS.CHANGE: _('%(name)s refuses what tasks change: %(first)s'),
    }

    def find(self, region):
        rows = models.Right.objects.filter(region=region, refused=True)
        found = {}
        for row in rows.order_by('kind', 'service_type', 'id'):
            found.setdefault((row.kind, row.service_type), []).append(row)
        for (kind, service_type), refused in found.items():
            is_read = kind == KINDS.READ
            yield registry.Found(
                subject=f'{kind}:{service_type}',
                subject_name=service_type,
                severity=_SEVERITY.ERROR if is_read else _SEVERITY.WARNING,
                word=kind,
                evidence={
                    'first': refused[0].path,
                    'refused': [
                        {'path': row.path, 'words': row.words}
                        for row in refused
                    ],
                    'user_id': refused[0].user_id,
                    'project_id': refused[0].project_id,
                },
            )

    def runbook(self, finding):
        told = finding.evidence
        return registry.Runbook(
            meaning=_t('Parts of the cloud are not read, or grow old.')
            if finding.word == KINDS.READ
            else _t('Tasks that need it fail at their first step.'),
            causes=(
                _t('The worker’s account has lost its role on the project.'),
                _t('The service’s own policy asks for another role.'),
                _t('Its clouds.yaml signs in to another project.'),
            ),
            commands=(
                registry.command(
                    _t('The roles that it has'),
                    *('openstack', 'role', 'assignment', 'list', '--names'),
                    *('--effective', f'--user={told["user_id"]}'),
                ),
                registry.command(
                    _t('Give it the role that is needed'),
                    *('openstack', 'role', 'add', f'--user={told["user_id"]}'),
                    *(f'--project={told["project_id"]}', 'admin'),
                ),
                registry.command(
                    _t('On the worker’s host: try all that is needed'),
                    *('rey-dashboard', 'check', '--only', 'cloud'),
                ),
            ),
            mended=_t('It is tried again within an hour, and not refused.'),
            documentation='keystone/{release}/admin/service-api-protection.html',
        )

    def page(self, finding):
        return urls.reverse('horizon:rey:readiness:index')
