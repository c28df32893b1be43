"""The command line: one file per noun, each with its own `app`."""
