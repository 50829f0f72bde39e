"""The caller: SIPp for the signalling, our own packets for the sound."""
