import datetime


def parse(text: str | None) -> datetime.datetime | None:
    """An aware time in UTC; the services leave the zone out or write Z."""
    if not text:
        return None
    time = datetime.datetime.fromisoformat(text)
    if time.tzinfo is None:
        return time.replace(tzinfo=datetime.UTC)
    return time.astimezone(datetime.UTC)
