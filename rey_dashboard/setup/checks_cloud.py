"""Whether the service user can sign in, and where to."""

from rey_dashboard import conf
from rey_dashboard.cloud import faults
from rey_dashboard.cloud import session as cloud_session
from rey_dashboard.setup import checks_rights
from rey_dashboard.setup import verdict as verdict_

#: Somebody waits for the answer, other than for the worker's.
_LONGEST_CALL_S = 20


def sign_in(
    settings: conf.Settings,
) -> tuple[verdict_.Verdict, cloud_session.Cloud | None]:
    """The cloud, when the service user can sign in to it."""
    name = 'Cloud'
    try:
        cloud = cloud_session.Cloud(
            settings.CLOUD, min(settings.CALL_TIMEOUT_S, _LONGEST_CALL_S)
        )
        region = cloud.region
        project_id = cloud.session().get_project_id()
    except faults.ALL as error:
        what = f'Signing in with the entry {settings.CLOUD!r}'
        return checks_rights.failure(name, {what: error}), None
    if not project_id:
        return verdict_.not_well(
            name,
            'The service user signs in to no project.',
            f'Name one in the entry {settings.CLOUD!r} of clouds.yaml, with '
            'the role admin on it.',
        ), None
    return verdict_.well(
        name, f'The service user of {settings.CLOUD!r} signs in to {region}.'
    ), cloud
