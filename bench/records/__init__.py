"""The database under many calls: what needs no call to be measured."""
