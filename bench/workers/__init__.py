"""Workers that stand beside the bot: what it is calibrated with and compared to."""
