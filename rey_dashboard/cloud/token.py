"""What Keystone says of a token now, asked with that token itself."""

from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import session as ks_session

from rey_dashboard.cloud import faults


def roles(
    auth_url: str, token_id: str, verify: bool | str, timeout_s: float
) -> frozenset[str] | None:
    """Names of the roles that the token gives; None when it is void.

    Keystone 30 looks the roles of a Fernet token up each time that it is
    validated (tried), and lets anybody validate his own (``validate_token``).

    :param auth_url: Keystone's, with its version
    :param verify: as requests takes it
    :raises faults.CloudFault: Keystone does not tell
    """
    session = ks_session.Session(
        verify=verify, timeout=timeout_s, app_name='rey-dashboard'
    )
    try:
        answer = session.get(
            f'{auth_url.rstrip("/")}/auth/tokens?nocatalog',
            headers={'X-Auth-Token': token_id, 'X-Subject-Token': token_id},
            authenticated=False,
            log=False,
        )
        told = answer.json()['token'].get('roles', [])
        return frozenset(role['name'] for role in told)
    except (ks_exceptions.Unauthorized, ks_exceptions.NotFound):
        return None
    except (
        ks_exceptions.ClientException,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise faults.CloudFault(
            'Keystone does not tell what a token is good for: '
            f'{type(error).__name__}.',
            f'Look whether it answers: curl {auth_url}',
        ) from error
