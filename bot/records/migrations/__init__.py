"""The history of the tables. `bot.records.migrate` applies it."""
