"""Structured logs: for people by default, JSON for a collector.

Secrets are cut out wherever they hide. Of an error is told what it is and where it happened: its words may
hold what somebody wrote.
"""

import logging
import re
import sys
import traceback
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from sqlalchemy.exc import OperationalError

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|xoxe\.[\w.-]+|(?<=://)[^/@\s]+:[^/@\s]+(?=@)|Bearer\s+[\w.~+/=-]+"
    r"|(?<=ticket=)[\w-]+|(?<=password=)[^&\s]+"
)

# The disk, the network, the database itself: their words are about those, and tell how to mend it.
_OF_THE_MACHINE = (OSError, OperationalError)


def set_up(level: str, as_json: bool) -> None:
    """Send every log line, also those of libraries, to stderr in one shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_trace),
        _without_secrets,
    ]
    last = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    number = getattr(logging, level.upper(), logging.INFO)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("aiohttp.server").addFilter(_is_ours)


def _trace(exc_info: structlog.typing.ExcInfo) -> str:
    """Return the traces of an error and of what led to it, the first one first."""
    error: BaseException | None = exc_info[1]
    led: list[BaseException] = []
    while error is not None and error not in led:
        led.insert(0, error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(
        f"Traceback (most recent call last):\n{''.join(traceback.format_tb(each.__traceback__))}{_name(each)}"
        for each in led
    )


def _name(error: BaseException) -> str:
    name = type(error).__qualname__
    return f"{name}: {str(error).partition(chr(10))[0]}" if isinstance(error, _OF_THE_MACHINE) else name


def _is_ours(record: logging.LogRecord) -> bool:
    """Leave out what is no HTTP at all, or no body: any port scan would fill the log with traces."""
    broken = HttpProcessingError, web.RequestPayloadError
    return not (record.exc_info and isinstance(record.exc_info[1], broken))


def _without_secrets(_logger: Any, _name: str, line: Any) -> Any:
    return {
        key: _SECRETS.sub("***", value) if isinstance(value, str) else value for key, value in line.items()
    }
