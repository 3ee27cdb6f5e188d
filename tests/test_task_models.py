from django import db
from django.utils import timezone
import pytest

from rey_dashboard.tasks import models
from tests import factory_tasks

pytestmark = pytest.mark.django_db


def make_record():
    return models.Record.objects.create(
        region='RegionOne',
        task=factory_tasks.make_task(),
        at=timezone.now(),
        who_id='rey',
        what=models.Record.What.STARTED,
    )


def test_a_form_makes_one_task_in_a_region():
    """Whoever sends another's token does not come to his task."""
    factory_tasks.make_task(token='same', asked_by_id='eve')
    factory_tasks.make_task(token='same')
    factory_tasks.make_task(token='same', region='RegionTwo')
    with pytest.raises(db.IntegrityError):
        factory_tasks.make_task(token='same')


CHANGES = {
    'save': lambda record: record.save(),
    'delete': lambda record: record.delete(),
    'update': lambda record: models.Record.objects.update(who_id='eve'),
    'of many': lambda record: models.Record.objects.bulk_update(
        [record], ['who_id']
    ),
    'by the base': lambda record: models.Record._base_manager.update(
        who_id='eve'
    ),
    'delete all': lambda record: models.Record.objects.all().delete(),
    'of a task': lambda record: record.task.records.all().delete(),
    'by the task': lambda record: record.task.records.update(who_id='eve'),
    'as if it were new': lambda record: models.Record.objects.bulk_create(
        [record],
        update_conflicts=True,
        unique_fields=['id'],
        update_fields=['who_id'],
    ),
    'update or create': lambda record: models.Record.objects.update_or_create(
        pk=record.pk, defaults={'who_id': 'eve'}
    ),
}


@pytest.mark.parametrize('change', CHANGES.values(), ids=CHANGES)
def test_what_was_recorded_stays(change):
    record = make_record()
    record.who_id = 'eve'
    with pytest.raises(models.AppendOnly):
        change(record)
    assert models.Record.objects.get().who_id == 'rey'


def test_a_record_cannot_take_the_place_of_another():
    record = make_record()
    with pytest.raises(db.IntegrityError):
        models.Record(
            pk=record.pk,
            region='RegionOne',
            task=record.task,
            at=timezone.now(),
            who_id='eve',
            what=models.Record.What.STARTED,
        ).save()


def test_records_outlive_their_task():
    record = make_record()
    record.task.delete()
    assert models.Record.objects.get().who_id == 'rey'
