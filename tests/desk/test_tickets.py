"""How a ticket may move."""

from desk.tickets import FLOW, Status


def arrows(status: Status) -> set[Status]:
    """Return where a ticket can go from here."""
    return {after for (before, _verb), after in FLOW.items() if before is status}


def test_the_flow_has_the_arrows_of_the_plan_and_no_other() -> None:
    triaged, working, on_hold = Status.TRIAGED, Status.IN_PROGRESS, Status.ON_HOLD
    assert arrows(Status.RECEIVED) == {triaged, Status.ESCALATED}
    assert arrows(triaged) == {working, Status.ESCALATED, Status.RESOLVED}
    assert arrows(working) == {on_hold, Status.ESCALATED, Status.RESOLVED}
    assert arrows(on_hold) == {working}
    assert arrows(Status.ESCALATED) == {working, on_hold, Status.RESOLVED}
    assert arrows(Status.RESOLVED) == {working}
