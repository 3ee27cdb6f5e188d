from django.db import models


class Covering(models.Index):
    """An index with all that a search looks at, so that it reads no row.

    Django's own ``include`` knows PostgreSQL alone. SQLite has the further
    columns behind the others; MariaDB's indexes hold the primary key anyway,
    and its keys are too short for the rest.

    :param also: the further columns; short ones, PostgreSQL refuses 2,700 B
    """

    def __init__(self, *, fields, name, also):
        super().__init__(fields=fields, name=name)
        self.also = tuple(also)

    def deconstruct(self):
        path, parts, options = super().deconstruct()
        return path, parts, {**options, 'also': self.also}

    def create_sql(self, model, schema_editor, using='', **kwargs):
        connection = schema_editor.connection
        fields, include = self.fields, None
        if connection.vendor == 'sqlite':
            fields = [*fields, *self.also]
        elif connection.features.supports_covering_indexes:
            include = self.also
        plain = models.Index(fields=fields, name=self.name, include=include)
        return plain.create_sql(model, schema_editor, using, **kwargs)


class Mirrored(models.Model):
    """A row of a service's listing, keyed as the service keys it.

    ``seen`` is the number of the collection that saw the row last.
    """

    region = models.CharField(max_length=255)
    id = models.CharField(max_length=64)
    seen = models.PositiveIntegerField()

    class Meta:
        abstract = True
