"""`make demo`: one whole call on this machine, shown while it happens."""
