"""Records that nobody can change: who asked what, when, and from where."""

from django.db import models


class AppendOnly(Exception):
    """What was recorded stays as it is."""


class _Appended(models.QuerySet):
    """The rows that there are cannot be changed."""

    def _refuse(self, *_args, **_kwargs):
        raise AppendOnly

    update = delete = bulk_update = update_or_create = _refuse
    _raw_delete = aupdate = adelete = abulk_update = _refuse
    aupdate_or_create = _refuse

    def bulk_create(self, objs, **kwargs):
        if kwargs.get('update_conflicts'):
            raise AppendOnly
        return super().bulk_create(objs, **kwargs)


class Appended(models.Model):
    """A record; ``what`` and what it is of are for those that derive."""

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=255)
    at = models.DateTimeField()
    who_id = models.CharField(max_length=64)
    who_name = models.CharField(max_length=255, default='')
    #: Internet address of the browser, as the web server told it.
    address = models.CharField(max_length=64, default='', blank=True)
    details = models.JSONField(default=dict)

    objects = _Appended.as_manager()

    class Meta:
        abstract = True
        base_manager_name = 'objects'

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnly
        # An id that is given could be one that there is.
        super().save(force_insert=True, using=kwargs.get('using'))

    def delete(self, *args, **kwargs):
        raise AppendOnly
