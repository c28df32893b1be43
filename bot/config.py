"""Settings: secrets and addresses, from the environment and from `.env`. The plan is not in here."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, named like its environment variable in small letters."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///var/dispecer.db"
    """SQLite (sqlite:///path) or PostgreSQL (postgresql://...); not set, what is only tried has its own."""

    desk_plan: Path | None = None
    """The plan file; the shipped plan where it is not set."""

    desk_host: str = "127.0.0.1"
    """The address to listen on. The try page answers on loopback only, whatever this is."""

    desk_port: Annotated[int, Field(ge=1, le=65535)] = 8400
    """The port to listen on."""

    desk_log_level: Literal["debug", "info", "warning", "error"] = "info"
    """debug, info, warning or error. What people write is logged on none of them."""

    desk_log_json: bool = False
    """Whether log lines are JSON, for a collector, instead of text for people."""

    slack_bot_token: SecretStr | None = None
    """xoxb-...: the one workspace. For many, set the client id and secret instead."""

    slack_signing_secret: SecretStr | None = None
    """Proves that requests come from Slack."""

    slack_app_token: SecretStr | None = None
    """xapp-...: use Socket Mode instead of HTTP."""

    slack_client_id: str | None = None
    """With its secret: people install the app in their workspaces at /slack/install."""

    slack_client_secret: SecretStr | None = None
    """See the client id."""

    slack_triage_channel: str | None = None
    """The id of the team's private channel, whose members are the agents: C..., or T.../C... of many."""

    slack_api_url: str = "https://slack.com/api/"
    """Where the Slack Web API is."""

    teams_app_id: str | None = None
    """The application (client) id of the bot in Microsoft Teams."""

    teams_app_password: SecretStr | None = None
    """The client secret of that application."""

    teams_tenant_id: str | None = None
    """The organisation that the application belongs to; not set for an older bot of many organisations."""

    teams_triage_channel: str | None = None
    """The id of the team's channel in Teams: 19:...@thread.tacv2, whose team's members are the agents."""

    teams_service_url: str = "https://smba.trafficmanager.net/teams/"
    """Where the desk speaks to Teams before it has heard anything from there."""

    teams_login_url: str = "https://login.microsoftonline.com/"
    """Where the desk asks for its own token."""

    teams_metadata_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    """Where the keys are named with which Teams signs."""

    desk_teams_playground: bool = False
    """Whether Microsoft 365 Agents Playground on this machine speaks without a token; not with an app id."""

    desk_try: bool | None = None
    """Whether the try page is served; where it is not set, it is while no chat platform is configured."""

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://")) or url == "sqlite:///":
            raise ValueError("write sqlite:///path/to/file.db or postgresql://user:password@host/name")
        if url.startswith("postgresql") and not _names_a_server(url):
            raise ValueError("write the port as a number, and in the password %40 for @ and %2F for /")
        return url

    @field_validator("slack_api_url")
    @classmethod
    def _is_a_page(cls, url: str) -> str:
        if not _names_a_page(url):
            raise ValueError("write https://host/path, without a user and a password")
        return url

    @model_validator(mode="after")
    def _keep_what_is_tried_apart(self) -> Self:
        # Else the team's first day begins with the trial's tickets, its running timers and its people.
        if "database_url" not in self.model_fields_set and not (self.slack or self.teams_app_id):
            self.database_url = "sqlite:///var/try.db"
        return self

    @property
    def slack(self) -> bool:
        """Whether Slack is configured."""
        return bool(self.slack_bot_token or self.slack_client_id)

    @property
    def teams(self) -> bool:
        """Whether Microsoft Teams is configured, or its Playground."""
        return bool(self.teams_app_id) or self.desk_teams_playground

    @property
    def chat_platforms(self) -> frozenset[str]:
        """The platforms that are configured, beside the try page."""
        return frozenset(name for name, there in (("slack", self.slack), ("teams", self.teams)) if there)

    @property
    def team_platforms(self) -> frozenset[str]:
        """The platforms on which the team has a channel."""
        if self.only_tried:
            return frozenset({"web"})
        channels = {"slack": self.slack_triage_channel, "teams": self.teams_triage_channel}
        return frozenset(name for name in self.chat_platforms if channels[name])

    @property
    def try_page(self) -> bool:
        """Whether the try page is served."""
        return not self.chat_platforms if self.desk_try is None else self.desk_try

    @property
    def only_tried(self) -> bool:
        """Whether the try page is all there is: nobody's real deadline hangs on its clock."""
        return self.try_page and not self.chat_platforms


def _names_a_server(url: str) -> bool:
    from sqlalchemy import make_url  # takes long to load, and most commands open no database of a server
    from sqlalchemy.exc import ArgumentError

    try:
        return "@" not in (make_url(url).host or "")
    except (ValueError, ArgumentError):
        return False


def _names_a_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
