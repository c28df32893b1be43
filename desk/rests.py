"""Tells apart what stopped a clock: a hold, or the ticket being resolved until it was reopened."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from desk.hours import Hold, Segment


def told_apart(segment: Segment, rests: Sequence[Hold]) -> Iterator[Segment]:
    """Yield a segment as it is, but a hold cut where the ticket was resolved or reopened meanwhile."""
    if segment.kind != "hold":
        yield segment
        return
    at = segment.begin
    for begin, end in rests:
        since, until = max(begin, at), min(end or segment.end, segment.end)
        if since < until:
            if at < since:
                yield replace(segment, begin=at, end=since)
            yield replace(segment, begin=since, end=until, kind="resolved")
            at = until
    if at < segment.end:
        yield replace(segment, begin=at)
