from django.db import models


class DirectoryPage(models.Model):
    """Some hundred things of one kind with the words they are found by.

    A thing is a line: name, id and its other words in the case in which they
    are looked for, each between two tabs. So a database looks through few
    long texts, and no index is needed for a part of a word.
    """

    pk = models.CompositePrimaryKey('region', 'place')
    region = models.CharField(max_length=255)
    #: Its kind and how the ids of its things begin.
    place = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    text = models.TextField()
    #: In turn a domain's id and the number of lines that are its; the lines
    #: stand in that order. What belongs to no known domain has the id ''.
    owners = models.JSONField(default=list)

    def __str__(self):
        return self.place
