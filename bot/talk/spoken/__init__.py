"""What a model writes, made fit for the ear before the voice says it."""
