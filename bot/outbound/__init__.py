"""The calls that we make: asking for one, and placing it from within its job."""
