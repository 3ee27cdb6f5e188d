from django.db import models


class ColumnChoice(models.Model):
    """The columns of a table that one user wants to see, in their order."""

    pk = models.CompositePrimaryKey('user_id', 'table')
    user_id = models.CharField(max_length=64)
    #: The table's name.
    table = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return f'{self.table} of {self.user_id}'
