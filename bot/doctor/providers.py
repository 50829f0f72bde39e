"""Are the keys there that the storyteller needs?"""

from collections.abc import Mapping

from sip.doctor.finding import Finding, passed, warned

PROVIDERS = "provider keys"

_KEYS = ("OPENAI_API_KEY", "DEEPGRAM_API_KEY")


def look_at_providers(environment: Mapping[str, str]) -> Finding:
    """Only a warning: the worker may run elsewhere."""
    missing = [name for name in _KEYS if not environment.get(name)]
    if not missing:
        return passed(PROVIDERS, "present")
    remedy = "Set them where the worker runs; without keys see README, make demo"
    return warned(PROVIDERS, f"{', '.join(missing)} not set here", remedy)
