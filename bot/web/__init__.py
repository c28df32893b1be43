"""The try page, on the way in: what people do on it becomes events."""
