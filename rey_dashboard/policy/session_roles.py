"""The roles of Horizon's session, asked for again.

Horizon keeps the roles of the time of signing in. Other pages of it find out
at the next call to a service; ours make none.
"""

import logging
import time

from django.conf import settings

from rey_dashboard.cloud import faults
from rey_dashboard.cloud import token as tokens

LOG = logging.getLogger(__name__)

#: Time between two questions to Keystone for one session.
EVERY_S = 300
#: The same after a question that was not answered.
AGAIN_S = 60
#: A page waits no longer than this for the answer.
TIMEOUT_S = 3
#: When the next question is due, in the session.
DUE = 'rey_roles_due'
#: The id of a token that Keystone did not know, in the session.
VOID = 'rey_void_token'


def renew(request) -> bool:
    """Takes roles out of the session that Keystone took away.

    Where Keystone does not answer they stay until the token expires: this
    dashboard is needed most when the cloud is down.

    :return: whether the token is good for anything
    """
    session = request.session
    token = session['token']
    if time.time() >= session.get(DUE, 0):
        session[DUE] = time.time() + _ask(request, token)
    return session.get(VOID) != token.id


def _ask(request, token):
    """Seconds until the next question."""
    try:
        told = tokens.roles(
            request.user.endpoint, token.id, _verify(), TIMEOUT_S
        )
    except faults.CloudFault as error:
        LOG.warning('%s', error)
        return AGAIN_S
    if told is None:
        LOG.info('The token of user %s is void', request.user.id)
        request.session[VOID] = token.id
        return EVERY_S
    kept = [role for role in token.roles if role['name'] in told]
    if kept != token.roles:
        LOG.info('User %s lost roles; left: %s', request.user.id, kept)
        token.roles = kept
        request.session['token'] = token
    return EVERY_S


def _verify():
    if settings.OPENSTACK_SSL_NO_VERIFY:
        return False
    return settings.OPENSTACK_SSL_CACERT or True
