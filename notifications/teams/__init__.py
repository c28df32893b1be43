"""Teams, on the way out: render a message, send it."""
