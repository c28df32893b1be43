"""Indexes for what is looked up among much: posts by their key, agents among people, the team's channels."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_index("ix_posts_key", "posts", ["key"])
    op.create_index("ix_people_agents", "people", ["id"], **_where(sa.column("agent").is_(True)))
    op.create_index("ix_places_triage", "places", ["id"], **_where(sa.text("kind = 'triage'")))
    _edits("key", "place_id")


def downgrade() -> None:
    """Take it back."""
    _edits("place_id", "key")
    op.drop_index("ix_places_triage", "places")
    op.drop_index("ix_people_agents", "people")
    op.drop_index("ix_posts_key", "posts")


def _edits(*columns: str) -> None:
    op.drop_index("uq_outbox_edit", "outbox")
    waits = _where(sa.text("done_at IS NULL AND key IS NOT NULL"))
    op.create_index("uq_outbox_edit", "outbox", list(columns), unique=True, **waits)


def _where(condition: Any) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}
