"""Valid manifests of every shape, as the text of trunks.yaml (JSON is YAML too)."""

import json
from typing import Any

from hypothesis import strategies as st

from sip.manifest.fields import ENV_PREFIX

ENVIRONMENT = {"LONG_SECRET": "correct-horse-battery", "OTHER_SECRET": "staple-staple-staple"}
PINS = {"PIN_A": "4711", "PIN_B": "0815"}

# Hypothesis tries words of the code itself, too: with this prefix a text names a secret.
_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12).filter(
    lambda text: not text.startswith(ENV_PREFIX)
)
_plain = st.from_regex(r"[a-z][a-z0-9-]{0,11}", fullmatch=True)
_durations = st.one_of(
    st.integers(0, 86400).map(lambda seconds: f"{seconds}s"),
    st.integers(0, 86_400_000).map(lambda milliseconds: f"{milliseconds}ms"),
    st.integers(0, 1440).map(lambda minutes: f"{minutes}m"),
    st.integers(0, 3600),
)
_whole_durations = st.integers(0, 86400).map(lambda seconds: f"{seconds}s")
_headers = st.from_regex(r"X-[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)
_addresses = st.lists(
    st.sampled_from(["54.172.60.0/30", "10.0.0.5", "2001:db8::/32", "10.1.2.3/8"]), unique=True
)
_callers = st.lists(
    st.sampled_from(["+33612345678", "+1 202 555 0123", "+49 30 901820"]), unique=True
)
_codecs = st.lists(
    st.sampled_from([{"name": "PCMU", "rate": 8000}, {"name": "PCMA"}, {"name": "G722"}]),
    max_size=3,
)
_media = st.fixed_dictionaries(
    {},
    optional={
        "codecs": _codecs,
        "encryption": st.sampled_from(
            ["SIP_MEDIA_ENCRYPT_DISABLE", "SIP_MEDIA_ENCRYPT_ALLOW", "require"]
        ),
        "media_timeout": _durations,
    },
)
_trunk_fields: dict[str, st.SearchStrategy[Any]] = {
    "metadata": _words,
    "headers": st.dictionaries(_headers, _words, max_size=2),
    "headers_to_attributes": st.dictionaries(_headers, _plain, max_size=2),
    "attributes_to_headers": st.dictionaries(_plain, _headers, max_size=2),
    "include_headers": st.sampled_from(["SIP_NO_HEADERS", "x", "SIP_ALL_HEADERS"]),
    "media": _media,
}
_digest = st.sampled_from(
    [
        {},
        {"auth_username": "storyline", "auth_password": "env/LONG_SECRET"},
        {"auth_username": "echo", "auth_password": "env/OTHER_SECRET"},
    ]
)
_inbound = st.fixed_dictionaries(
    {},
    optional={
        **_trunk_fields,
        "allowed_addresses": _addresses,
        "allowed_numbers": _callers,
        "auth_realm": _plain,
        "ringing_timeout": _durations,
        "max_call_duration": _durations,
        "krisp_enabled": st.booleans(),
    },
)
_outbound = st.fixed_dictionaries(
    {"address": st.just("sip.example.com:5061"), "numbers": st.just(["+12025550190"])},
    optional={
        **_trunk_fields,
        "transport": st.sampled_from(["SIP_TRANSPORT_AUTO", "SIP_TRANSPORT_TLS", "tls", "UDP"]),
        "destination_country": st.sampled_from(["US", "FR"]),
        "from_host": st.just("storyline.example.com"),
    },
)
_agents = st.lists(
    st.fixed_dictionaries(
        {"agent_name": _plain},
        optional={
            "metadata": _words,
            "attributes": st.dictionaries(_plain, _words, max_size=2),
        },
    ),
    max_size=2,
)
_room_config = st.fixed_dictionaries(
    {},
    optional={
        "agents": _agents,
        "empty_timeout": _whole_durations,
        "departure_timeout": _whole_durations,
        "max_participants": st.integers(0, 50),
        "metadata": _words,
        "sync_streams": st.booleans(),
    },
)
_rule_fields: dict[str, st.SearchStrategy[Any]] = {
    "hide_phone_number": st.booleans(),
    "inbound_numbers": _callers,
    "metadata": _words,
    "attributes": st.dictionaries(_plain, _words, max_size=2),
    "room_preset": _plain,
    "room_config": _room_config,
    "media": _media,
    "krisp_enabled": st.booleans(),
}


@st.composite
def _rooms(draw: st.DrawFn, pin: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["direct", "individual", "callee"]))
    optional: dict[str, Any] = {"pin": st.just(pin)}
    required: dict[str, Any] = {}
    if kind == "direct":
        required["room_name"] = _plain
    else:
        optional["room_prefix"] = _plain
        optional["no_randomness" if kind == "individual" else "randomize"] = st.booleans()
    section = draw(st.fixed_dictionaries(required, optional=optional))
    return {f"dispatch_rule_{kind}": section}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what check accepts with open doors. Trunks are T0.., rules R0.., always.

    The rule Rn is for trunk Tn alone, so no two rules clash whatever the rest of them says.
    """
    count = draw(st.integers(0, 3))
    inbound, rules = {}, {}
    for index in range(count):
        fields = draw(_inbound) | draw(_digest)
        extra = draw(st.sampled_from([[], [f"+1202555015{index}"]]))
        inbound[f"T{index}"] = {**fields, "numbers": [f"+1 (202) 555-010{index}", *extra]}
        if draw(st.booleans()):
            pin = draw(st.sampled_from(["env/PIN_A", "env/PIN_B", "123", ""]))
            rules[f"R{index}"] = {
                **draw(st.fixed_dictionaries({}, optional=_rule_fields)),
                "rule": draw(_rooms(pin)),
                "trunks": [f"T{index}"],
            }
    outbound = draw(
        st.dictionaries(st.sampled_from(["O0", "O1"]), _outbound.flatmap(_with_digest), max_size=2)
    )
    return {"inbound_trunks": inbound, "outbound_trunks": outbound, "dispatch_rules": rules}


def _with_digest(fields: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return _digest.map(lambda digest: fields | digest)


def as_text(document: dict[str, Any]) -> str:
    """A document as the text of a file."""
    return json.dumps(document, ensure_ascii=False)


def secrets_environment() -> dict[str, str]:
    """The variables that the drawn files speak of."""
    return ENVIRONMENT | PINS
