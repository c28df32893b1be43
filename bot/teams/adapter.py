"""The SDK's turn, without what it spends on sending: the desk posts by REST (`notifications/teams`)."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, NoReturn

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.core.cloud_adapter_base import CloudAdapterBase
from botbuilder.schema import Activity, ActivityTypes, ChannelAccount, ConversationAccount
from botframework.connector.auth import BotFrameworkAuthentication, ClaimsIdentity
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult
from botframework.connector.auth.connector_factory import ConnectorFactory

from bot.teams.tokens import Proof, TokenCheck, Unproven


class InvokeAnswer(NamedTuple):
    """The answer to an invoke activity: an HTTP status, and what becomes the JSON body (none for None)."""

    status: int
    body: Any = None


Turn = Callable[[dict[str, Any]], Awaitable[InvokeAnswer | None]]
"""What the desk does with an activity, as it came. Only an invoke activity's answer is looked at."""


class RawActivity(Activity):
    """An activity for the SDK: what its turn looks at, with all that came beside it in `raw`.

    msrest would take as long to make it whole as everything else takes together.
    """

    def __init__(self, raw: dict[str, Any]) -> None:
        super().__init__(
            type=_text(raw, "type"),
            id=_text(raw, "id"),
            name=_text(raw, "name"),
            text=_text(raw, "text"),
            channel_id=_text(raw, "channelId"),
            service_url=_text(raw, "serviceUrl"),
            from_property=_account(raw.get("from")),
            recipient=_account(raw.get("recipient")),
            conversation=_conversation(raw.get("conversation")),
        )
        self.raw = raw


def _text(raw: dict[str, Any], key: str) -> Any:
    value = raw.get(key)
    return value if isinstance(value, str) else None


def _account(raw: Any) -> Any:
    return ChannelAccount(id=_text(raw, "id"), name=_text(raw, "name")) if isinstance(raw, dict) else None


def _conversation(raw: Any) -> Any:
    return ConversationAccount(id=_text(raw, "id")) if isinstance(raw, dict) else None


class Adapter(CloudAdapterBase):
    """Runs the desk's turns through the SDK. Without a `check` nobody is asked for a token."""

    def __init__(self, turn: Turn, check: TokenCheck | None) -> None:
        self._turn = turn
        self.authentication = Authentication(check)
        super().__init__(self.authentication)

    async def take(self, proof: Proof | None, raw: dict[str, Any]) -> InvokeAnswer | None:
        """Run the turn of an activity; return the answer where it is an invoke, else None.

        Raises `Misdirected`, and whatever the turn raises.
        """
        activity = RawActivity(raw)
        result = self.authentication.admit(proof, activity)
        response = await self.process_activity(result, activity, self._logic)
        return None if response is None else InvokeAnswer(int(response.status), response.body)

    async def _logic(self, context: TurnContext) -> None:
        answer = await self._turn(context.activity.raw)
        if answer is not None:
            # As `send_activity` would put it there, without copying the whole card.
            response = InvokeResponse(status=answer.status, body=answer.body)
            context.turn_state[self._INVOKE_RESPONSE_KEY] = Activity(
                type=ActivityTypes.invoke_response, value=response
            )


class Authentication(BotFrameworkAuthentication):
    """The SDK's view of `TokenCheck`: the same checks, and clients that cost nothing and can do nothing."""

    def __init__(self, check: TokenCheck | None) -> None:
        self._check = check

    def admit(self, proof: Proof | None, activity: RawActivity) -> AuthenticateRequestResult:
        """Return what the SDK wants to know of a request that was proven. Raises `Misdirected`."""
        if self._check is not None:
            if proof is None:
                raise Unproven("There is no token.")
            self._check.admit(proof, activity.raw)
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity({"aud": proof.audience} if proof else {}, True)
        result.connector_factory = _CONNECTORS
        return result

    async def authenticate_request(self, activity: Any, auth_header: str) -> AuthenticateRequestResult:
        """Check the header of a request. Raises `Unproven`, `Misdirected` and `KeysUnavailable`."""
        proof = await self._check.prove(auth_header) if self._check is not None else None
        return self.admit(proof, activity)

    async def authenticate_streaming_request(self, _auth_header: str, _channel: str) -> NoReturn:
        """Refuse: Teams does not stream to bots."""
        raise Unproven("There are no streaming requests.")

    def create_connector_factory(self, _claims: ClaimsIdentity) -> ConnectorFactory:
        """Return the factory of clients that cannot send."""
        return _CONNECTORS

    async def create_user_token_client(self, _claims: ClaimsIdentity) -> Any:
        """Return None: nobody signs in through the bot."""
        return None


class _Connectors(ConnectorFactory):
    async def create(self, _service_url: str, _audience: str) -> Any:
        return _MUTE


class _Mute:
    """Stands for the SDK's client."""

    @property
    def conversations(self) -> NoReturn:
        raise RuntimeError("The SDK sends nothing here: post through notifications/teams.")


_CONNECTORS, _MUTE = _Connectors(), _Mute()
