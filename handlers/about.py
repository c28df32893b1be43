"""How the desk itself is doing: /desk."""

from desk.messages import Answer, Bold, Fact, Facts, Message, Text
from desk.names import STATUSES
from desk.tickets import Status
from desk.wording import sentence as _
from handlers import timers
from handlers.commands import Command
from handlers.context import Call
from storage import outbox, tickets
from storage.timers import next_due


def status(call: Call, _text: str) -> Answer:
    """/desk status"""
    t, by_status = call.t, tickets.counts(call.tx)
    late = next_due(call.tx)
    behind = late is not None and late < call.now
    facts = [
        Fact(t(STATUSES[one]).capitalize(), (str(by_status.get(one.value, 0)),))
        for one in Status
        if one is not Status.RESOLVED
    ]
    facts.append(Fact(t("Posts waiting"), (str(outbox.waiting(call.tx)),)))
    facts.append(Fact(t("Timers"), (t("late") if behind else t("on time"),)))
    facts.append(Fact(t("Timers that fail"), (str(timers.failing(call.tx, call.now)),)))
    facts.append(Fact(t("Plan"), (f"{call.desk.plan.name}, v{call.desk.plan_version}",)))
    head = Text((Bold(t("Open tickets")),))
    return call.show(Message((head, Facts(tuple(facts))), call.language, call.desk.plan.zone))


COMMANDS = {"status": Command(status, "", _("how the desk is doing"), ("stare",))}
