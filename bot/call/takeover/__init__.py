"""Another process goes on with a call whose own has died."""
