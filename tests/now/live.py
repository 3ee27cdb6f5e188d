"""The live part of a page of Find, as somebody gets it."""

import html

TOKEN = 't0ken-0f-somebody'
PART = {'HX-Request': 'true'}
HOSTILE = '<script>alert(1)</script> {{ x }} \U0001f680'
TRACEBACK = 'Traceback:\n  File "x.py", line 1\nNoValidHost: no room\n'


def ask(browser, kind, id_, **headers):
    answer = browser.get(
        f'/rey/find/{kind}/{id_}/live/', headers={**PART, **headers}
    )
    assert answer.status_code == 200
    text = answer.content.decode()
    assert TOKEN not in text
    return html.unescape(' '.join(text.split()))
