"""Everything that goes out: the outbox, and one renderer and sender per platform."""
