"""Invented people for the try page: a customer of each tier, and a team of two."""

from datetime import datetime
from typing import Final, NamedTuple

from desk.plan import Plan
from desk.wording import Language
from storage import people
from storage.database import Database
from storage.transactions import Transaction

PLATFORM: Final = "web"
WORKSPACE = "try"
TRIAGE = "triage"


class Sample(NamedTuple):
    """One person of the page. Customers have a company and things that they would write; agents have not."""

    user: str
    name: str
    language: Language
    company: str = ""
    tier: str = ""
    says: tuple[str, ...] = ()

    @property
    def conversation(self) -> str:
        """Where this person talks with the desk."""
        return self.direct if self.company else TRIAGE

    @property
    def direct(self) -> str:
        """Where the desk speaks with this person alone."""
        return f"dm:{self.user}"


_SAYS = (
    "Nu pot crea curse noi",
    "Exportul nu funcționează",
    "Nu merge nimic, nu doar exportul",
    "Cum adaug un utilizator nou?",
)
_SAYS_IN_ENGLISH = (
    "I cannot create trips",
    "The export does not work",
    "Nothing works, not just the export",
    "How do I add a new user?",
)

CUSTOMERS = (
    Sample("ion", "Ion Popescu", "ro", "Trans Carpați SRL", "premium", _SAYS),
    Sample("radu", "Radu Marin", "ro", "Rapid Cargo", "basic", _SAYS),
    Sample("elena", "Elena Dobre", "ro", "Dunărea Logistic", "standard", _SAYS),
    Sample("emma", "Emma Clarke", "en", "EuroFleet Group", "enterprise", _SAYS_IN_ENGLISH),
)
AGENTS = (
    Sample("ana", "Ana Ionescu", "ro"),
    Sample("mihai", "Mihai Stan", "ro"),
)
PEOPLE = {sample.user: sample for sample in (*CUSTOMERS, *AGENTS)}


async def load(database: Database, plan: Plan, now: datetime) -> None:
    """Store the sample people where they are missing; what was changed since is left as it is."""
    await database.write(lambda tx: _load(tx, plan, now))


def staffed(plan: Plan) -> Plan:
    """Return `plan` with the sample team on call wherever it names nobody."""
    levels = {
        key: level if level.people else level.model_copy(update={"people": (AGENTS[n % len(AGENTS)].user,)})
        for n, (key, level) in enumerate(plan.levels.items())
    }
    return plan.model_copy(update={"levels": levels})


def _load(tx: Transaction, plan: Plan, now: datetime) -> None:
    for number, sample in enumerate(CUSTOMERS):
        _load_customer(tx, sample, _tier(plan, sample.tier, number), now)
    for agent in AGENTS:
        _load_person(tx, agent, None)
    triage = people.place(tx, PLATFORM, WORKSPACE, TRIAGE, "channel")
    if not triage.name:
        people.change_place(tx, triage.id, name=TRIAGE, language=plan.language)


def _tier(plan: Plan, wanted: str, number: int) -> str:
    # A company's own plan may name its tiers otherwise: then each customer gets one of those.
    names = list(plan.tiers)
    return wanted if wanted in plan.tiers else names[number % len(names)]


def _load_customer(tx: Transaction, sample: Sample, tier: str, now: datetime) -> None:
    customer = people.customer_called(tx, sample.company) or people.add_customer(
        tx, sample.company, tier, sample.language, now
    )
    _load_person(tx, sample, customer.id)
    place = people.place(tx, PLATFORM, WORKSPACE, sample.conversation, "direct")
    if not place.name:
        people.change_place(tx, place.id, name=sample.name, customer_id=customer.id, language=sample.language)


def _load_person(tx: Transaction, sample: Sample, customer_id: int | None) -> None:
    person = people.person(tx, PLATFORM, WORKSPACE, sample.user)
    if person.name:
        return
    people.change_person(
        tx,
        person.id,
        name=sample.name,
        email=f"{sample.user}@example.com",
        language=sample.language,
        customer_id=customer_id,
    )
