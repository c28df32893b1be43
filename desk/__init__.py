"""The rules of the support desk: pure, no I/O, no clock."""
