"""The kinds of values in a plan file: how each is written, and what it becomes."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    WrapSerializer,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from desk.durations import duration
from desk.errors import BadInput
from desk.nearest import nearest
from desk.weeks import Week, read_week

_T = TypeVar("_T")


def _read_by(read: Callable[[object], object]) -> BeforeValidator:
    """Validate with `read`; the words of its `BadInput` become those of the mistake."""

    def validate(value: object) -> object:
        try:
            return read(value)
        except BadInput as error:
            raise _mistake(str(error)) from None

    return BeforeValidator(validate)


def _mistake(text: str) -> PydanticCustomError:
    return PydanticCustomError("plan", "{text}", {"text": text})


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        raise BadInput('Write a duration in quotes, like "30 min", "4 h", "2 d" or "1 w".')
    return duration(value)


def _length(value: object) -> timedelta:
    if not (length := _duration(value)):
        raise BadInput("It has to be longer than nothing.")
    return length


def _next_response(value: object) -> timedelta | str:
    if value == "first_response":
        return "first_response"
    try:
        return _length(value)
    except BadInput:
        raise BadInput("Write “first_response” for the same target as the first, or a duration.") from None


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise BadInput("Write a day without quotes, like 2026-12-24.")


def _wall_clock(value: object) -> time:
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if match is None:
        raise BadInput('Write a time of day in quotes, like "09:00".')
    return time(int(match[1]), int(match[2]))


def _zone(value: object) -> str:
    try:
        if not isinstance(value, str):
            raise ValueError
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        meant = nearest(str(value), available_timezones()) or "Europe/Bucharest"
        raise BadInput(
            "“{value}” is not a time zone. Did you mean {meant}?", value=value, meant=meant
        ) from None
    return value


def _country(value: object) -> str:
    # The country of the shipped plan is known to exist; for any other, a library is asked that takes as long
    # to load as the rest of the desk.
    if value == "RO":
        return "RO"
    from holidays import list_supported_countries

    if not isinstance(value, str) or value not in list_supported_countries():
        raise BadInput(
            "Nobody knows the holidays of “{value}”. Write a country's two capital letters, like RO.",
            value=value,
        )
    return value


def _week(value: object) -> Week:
    if not isinstance(value, dict):
        raise BadInput('Write days and their spans, like { mon-fri = ["09:00-18:00"] }.')
    week, mistakes = read_week(value)
    if mistakes:
        raise ValidationError.from_exception_data(
            "days", [InitErrorDetails(type=_mistake(m.text), loc=m.where, input=value) for m in mistakes]
        )
    return week


def _dump_frozen(value: Mapping[str, object], dump: SerializerFunctionWrapHandler) -> object:
    return dump(dict(value))


Text = Annotated[str, Field(min_length=1)]
Duration = Annotated[timedelta, _read_by(_duration)]
Length = Annotated[timedelta, _read_by(_length)]
NextResponse = Annotated[timedelta | Literal["first_response"], _read_by(_next_response)]
Day = Annotated[date, _read_by(_day)]
WallClock = Annotated[time, _read_by(_wall_clock)]
Zone = Annotated[str, _read_by(_zone)]
Country = Annotated[str, _read_by(_country)]
WeekOfDays = Annotated[Week, _read_by(_week)]
Named = Annotated[
    Mapping[str, _T], Field(min_length=1), AfterValidator(MappingProxyType), WrapSerializer(_dump_frozen)
]
