"""The only place that reads the clock."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The desk's time. It runs with the real one; the try page may set it ahead, or start over."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """Return the desk's time, UTC."""
        return datetime.now(UTC) + self.ahead

    def advance(self, by: timedelta) -> None:
        """Move the desk's time forward. Raises `ValueError` for a step back."""
        if by < timedelta(0):
            raise ValueError("the desk's clock only moves forward")
        self.ahead += by

    def reset(self) -> None:
        """Show the machine's time again: only where nothing is left of what happened later."""
        self.ahead = timedelta(0)

    def real(self, at: datetime) -> datetime:
        """Return when, on the machine's clock, the desk's time will be `at`."""
        return at - self.ahead
