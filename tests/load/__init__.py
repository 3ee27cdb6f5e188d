"""Much data and many people: what ``make bench`` and the load tests share."""
