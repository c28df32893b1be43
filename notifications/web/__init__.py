"""The try page, on the way out: render a message, send it."""
