"""Edges and wiring: Slack, web pages, command line, schedule."""
