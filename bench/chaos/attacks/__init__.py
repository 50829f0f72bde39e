"""What strangers and rude carriers send to the SIP port."""
