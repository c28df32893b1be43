"""The figures: `python -m benchmarks`, or some of them: `python -m benchmarks tickets timers hours start`."""

import signal
import sys

from benchmarks import business_time, start, teams, tickets, timers

ALL = {
    "hours": business_time.main,
    "start": start.main,
    "tickets": tickets.main,
    "teams": teams.main,
    "timers": timers.main,
}


def main() -> int:
    names = sys.argv[1:] or list(ALL)
    if unknown := [name for name in names if name not in ALL]:
        print(f"There is no {', '.join(unknown)}. There is: {', '.join(ALL)}.", file=sys.stderr)
        return 2
    # Stopped in the middle, it still stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in names:
        ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
