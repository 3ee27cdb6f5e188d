"""CSV and JSON of all rows that a filter selects, as a stream.

The formats are told in doc/source/operator/exports.rst.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import csv
import datetime
import json
from typing import Any

from django import http

from rey_dashboard.pages import tables

FORMATS = ('csv', 'json')

#: A spreadsheet takes a cell that starts with one of these for a formula;
#: some take the full-width forms of Asian scripts, too.
FORMULA = tuple('=+-@\t\r\n＝＋－＠')
#: Rows between two writes to the client.
CHUNK = 200


def response(
    format_: str, table: tables.Table, rows: Iterable, about: dict
) -> http.StreamingHttpResponse:
    """Streams the rows.

    :param format_: one of FORMATS
    :param about: what the JSON file says of itself, such as its region
    """
    write, content_type = {
        'csv': (_csv, 'text/csv; charset=utf-8'),
        'json': (_json, 'application/json'),
    }[format_]
    answer = http.StreamingHttpResponse(
        write(table, rows, about), content_type=content_type
    )
    name = table.schema.replace('.', '-').partition('/')[0]
    answer['Content-Disposition'] = f'attachment; filename="{name}.{format_}"'
    return answer


class _Line:
    """A file for csv.writer that hands back what it is given."""

    def write(self, text):
        return text


def _csv(table, rows, about) -> Iterator[str]:
    writer = csv.writer(_Line())
    pending = [writer.writerow([field.name for field in table.fields])]
    for row in rows:
        pending.append(
            writer.writerow(
                [harmless(plain(field.value(row))) for field in table.fields]
            )
        )
        if len(pending) >= CHUNK:
            yield ''.join(pending)
            pending = []
    yield ''.join(pending)


def _json(table, rows, about) -> Iterator[str]:
    head = json.dumps({'schema': table.schema, **about}, default=plain)
    yield f'{head[:-1]}, "rows": ['
    pending, separator = [], '\n'
    for row in rows:
        record = {
            field.name: plain(field.value(row)) for field in table.fields
        }
        pending.append(f'{separator}{json.dumps(record)}')
        separator = ',\n'
        if len(pending) >= CHUNK:
            yield ''.join(pending)
            pending = []
    yield f'{"".join(pending)}\n]}}\n'


def plain(value: Any) -> Any:
    """Times as ISO 8601 in UTC and days, lists as they are."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime('%Y-%m-%dT%H:%M:%SZ')
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def harmless(value: Any) -> Any:
    """A CSV cell that no spreadsheet runs; numbers stay numbers."""
    if isinstance(value, (list, tuple)):
        value = ' '.join(map(str, value))
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
