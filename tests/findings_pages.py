"""The pages of findings, as a browser asks them."""

from rey_dashboard.tasks import records

FINDINGS = '/rey/today/findings/'
OTHER = records.Actor('other', 'Olga')
HOSTILE = '<script>alert(1)</script> =cmd() 🦊'
ORDERS = {
    'acknowledge': {},
    'unacknowledge': {},
    'snooze': {'hours': '4', 'reason': 'Because'},
    'wake': {},
    'assign': {},
    'comment': {'text': 'Hello'},
}


def of(finding):
    return f'{FINDINGS}{finding.pk}/'


def text(browser, address, **query):
    answer = browser.get(address, query)
    assert answer.status_code == 200
    return ' '.join(answer.content.decode().split())


def ask(browser, finding, order, **form):
    """The texts of the messages that the next page shows."""
    answer = browser.post(f'{of(finding)}{order}/', form, follow=True)
    assert answer.status_code == 200
    finding.refresh_from_db()
    return [str(message) for message in answer.context['messages']]


def kinds(finding):
    return list(finding.records.order_by('pk').values_list('what', flat=True))


def subjects(browser, **query):
    rows = browser.get(FINDINGS, query).context['page'].object_list
    return [row.subject for row in rows]
