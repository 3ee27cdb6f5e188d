"""The addresses of the Backups panel, and what a test reads there."""

import json

INDEX = '/rey/backups/'
VOLUMES = '/rey/backups/volumes/'
ALL = '/rey/backups/all/'
LEVELS = '/rey/backups/levels/'
PAGES = (INDEX, VOLUMES, ALL, LEVELS)


def text(browser, address, **query):
    return ' '.join(browser.get(address, query).content.decode().split())


def found(browser, address, key='project_id', **query):
    return [
        row[key] if isinstance(row, dict) else getattr(row, key)
        for row in browser.get(address, query).context['page']
    ]


def export(browser, address, **query):
    response = browser.get(address, {**query, 'format': 'json'})
    return json.loads(b''.join(response.streaming_content))
