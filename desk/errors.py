"""What can go wrong in a way that somebody should read.

    DeskError                 the person asked for something that cannot be done
    ├── NotAllowed            ... because of who they are
    ├── NotFound              ... because there is no such thing, or not for them
    ├── Refused               ... because of the state things are in
    └── BadInput              ... because of what they typed
        └── PlanError         ... into the plan file

A message is written in English with named fields, and is translated when it is shown: the place that
raises does not know who reads.
"""

from typing import Literal


class DeskError(Exception):
    """An error whose message is for the person who caused it.

    `template` is a translatable English sentence with `{fields}`; `values` fill them.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.language: Literal["en", "ro"] | None = None
        self.values = values
        super().__init__(template.format(**values) if values else template)


class NotAllowed(DeskError):
    """Who is asking may not do this."""


class NotFound(DeskError):
    """There is no such thing, or it belongs to somebody else: both read the same."""


class Refused(DeskError):
    """It cannot be done in the state things are in."""


class BadInput(DeskError):
    """What was typed cannot be understood."""
