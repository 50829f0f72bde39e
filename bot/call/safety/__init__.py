"""What keeps a call from ending badly: who else is there, is LiveKit, is the telephone gone?"""
