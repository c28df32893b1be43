"""Settings: secrets and addresses, from the environment and from `.env`. The plan is not in here."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, named like its environment variable in small letters."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///var/dispecer.db"
    """SQLite (sqlite:///path) or PostgreSQL (postgresql://...)."""

    desk_plan: Path | None = None
    """The plan file; the shipped plan where it is not set."""

    desk_host: str = "127.0.0.1"
    """The address to listen on. The try page answers on loopback only, whatever this is."""

    desk_port: Annotated[int, Field(ge=1, le=65535)] = 8400
    """The port to listen on."""

    desk_log_level: Literal["debug", "info", "warning", "error"] = "info"
    """debug, info, warning or error. Message text is logged on debug only."""

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

    desk_try: bool | None = None
    """Whether the try page is served; where it is not set, it is while no chat platform is configured."""

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://")) or url == "sqlite:///":
            raise ValueError("write sqlite:///path/to/file.db or postgresql://user:password@host/name")
        return url

    @property
    def slack(self) -> bool:
        """Whether Slack is configured."""
        return bool(self.slack_bot_token or self.slack_client_id)

    @property
    def try_page(self) -> bool:
        """Whether the try page is served."""
        return not self.slack if self.desk_try is None else self.desk_try

    @property
    def only_tried(self) -> bool:
        """Whether the try page is all there is: nobody's real deadline hangs on its clock."""
        return self.try_page and not self.slack
