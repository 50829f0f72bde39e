"""What the caller hears: sound on a time axis, cut into utterances, put into words."""
