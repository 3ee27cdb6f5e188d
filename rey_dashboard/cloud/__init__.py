"""The only room that speaks to OpenStack: no ORM, no request, no HTML."""
