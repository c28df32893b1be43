"""Slack, on the way in: requests become events, answers become responses."""
