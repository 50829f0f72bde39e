"""Calls of every kind, each with the file on the server and what becomes of it."""

from dataclasses import dataclass

from sip.route.route import Assumed, Credentials, Digest, Outcome

OURS = "+12025550100"
OTHER = "+12025550109"
CALLER = "+12025550123"
USER, PASSWORD, PIN = "storyline", "correct-horse-battery", "4711"
RIGHT = Digest(USER, PASSWORD)

_STORY = "{trunks: [main], rule: {dispatch_rule_individual: {room_prefix: story}}}"
_NUMBERS = f'numbers: ["{OURS}"]'

PLAIN = f"""
inbound_trunks: {{main: {{{_NUMBERS}}}}}
dispatch_rules: {{story: {_STORY}}}
"""
PROTECTED = f"""
inbound_trunks:
  main: {{{_NUMBERS}, auth_username: {USER}, auth_password: env/SIP_PASSWORD}}
dispatch_rules: {{story: {_STORY}}}
"""
TWO_TRUNKS = f"""
inbound_trunks:
  main: {{{_NUMBERS}}}
  any: {{allowed_addresses: ["127.0.0.1"]}}
dispatch_rules:
  story: {_STORY}
  hall: {{trunks: [any], rule: {{dispatch_rule_callee: {{room_prefix: hall}}}}}}
"""
BOTH_MATCH = f"""
inbound_trunks:
  main: {{{_NUMBERS}}}
  friends: {{{_NUMBERS}, allowed_numbers: ["{CALLER}"]}}
dispatch_rules: {{story: {_STORY}}}
"""
ONLY_PIN = f"""
inbound_trunks: {{main: {{{_NUMBERS}}}}}
dispatch_rules:
  vault: {{trunks: [main], rule: {{dispatch_rule_direct: {{room_name: vault, pin: "{PIN}"}}}}}}
"""
PIN_AND_OPEN = f"{ONLY_PIN}  story: {_STORY}\n"
NO_RULE = f"inbound_trunks: {{main: {{{_NUMBERS}}}}}"
RULE_OF_ANOTHER_TRUNK = f"""
inbound_trunks:
  main: {{{_NUMBERS}}}
  other: {{numbers: ["{OTHER}"]}}
dispatch_rules:
  hall: {{trunks: [other], rule: {{dispatch_rule_direct: {{room_name: hall}}}}}}
"""
WITHOUT_TRUNKS = "dispatch_rules: {open: {rule: {dispatch_rule_direct: {room_name: open}}}}"
PROTECTED_AND_OPEN_RULE = f"""
inbound_trunks:
  main: {{{_NUMBERS}, auth_username: {USER}, auth_password: env/SIP_PASSWORD}}
{WITHOUT_TRUNKS}
"""
SPECIFIC_AND_OPEN_RULE = f"""
inbound_trunks: {{main: {{{_NUMBERS}}}}}
dispatch_rules:
  open: {{rule: {{dispatch_rule_direct: {{room_name: open}}}}}}
  story: {_STORY}
"""
DIRECT_BEFORE_INDIVIDUAL = f"""
inbound_trunks: {{main: {{{_NUMBERS}}}}}
dispatch_rules:
  individual:
    trunks: [main]
    numbers: ["{OURS}"]
    rule: {{dispatch_rule_individual: {{room_prefix: story}}}}
  direct:
    trunks: [main]
    inbound_numbers: ["{CALLER}"]
    rule: {{dispatch_rule_direct: {{room_name: lobby}}}}
"""
FILTER_BEFORE_NONE = f"""
inbound_trunks: {{main: {{{_NUMBERS}}}}}
dispatch_rules:
  direct: {{trunks: [main], rule: {{dispatch_rule_direct: {{room_name: lobby}}}}}}
  callee:
    trunks: [main]
    inbound_numbers: ["{CALLER}"]
    rule: {{dispatch_rule_callee: {{room_prefix: hall}}}}
"""


def trunk_with(fields: str) -> str:
    """A file whose one trunk has more fields."""
    return PLAIN.replace(_NUMBERS, f"{_NUMBERS}, {fields}")


def rule_with(rule: str, fields: str = "") -> str:
    """A file whose one rule has this room and more fields."""
    return f"""
inbound_trunks: {{main: {{{_NUMBERS}}}}}
dispatch_rules: {{story: {{trunks: [main], rule: {{{rule}}}{fields and ", "}{fields}}}}}
"""


@dataclass(frozen=True)
class Case:
    """One call: the file, the caller, and what the table says becomes of it."""

    name: str
    file: str
    outcome: Outcome
    room: str | None = None  # <random> at the end for what LiveKit makes up
    called: str = OURS
    caller: str = CALLER
    credentials: Credentials = Assumed.NONE
    pin: str | None = None
    agents: tuple[str, ...] = ()


_ROOM, _ENDLESS = Outcome.ROOM, Outcome.ENDLESS_RINGING
_STORY_ROOM = f"story_{CALLER}_<random>"
_INDIVIDUAL, _CALLEE = "dispatch_rule_individual", "dispatch_rule_callee"

CASES = [
    Case("right number", PLAIN, _ROOM, _STORY_ROOM),
    Case("wrong number", PLAIN, _ENDLESS, called=OTHER),
    Case("number without plus", PLAIN, _ROOM, _STORY_ROOM, called=OURS[1:]),
    Case("caller without a number", PLAIN, _ROOM, "story_alice_<random>", caller="alice"),
    Case("password right", PROTECTED, _ROOM, _STORY_ROOM, credentials=RIGHT),
    Case("password missing", PROTECTED, Outcome.PASSWORD_MISSING),
    Case(
        "password wrong",
        PROTECTED,
        Outcome.PASSWORD_WRONG,
        credentials=Digest(USER, "wrong-horse-battery"),
    ),
    Case(
        "user wrong",
        PROTECTED,
        Outcome.PASSWORD_WRONG,
        credentials=Digest("stranger", PASSWORD),
    ),
    Case("wrong number of a password trunk", PROTECTED, _ENDLESS, called=OTHER),
    Case("two trunks, the one with the number", TWO_TRUNKS, _ROOM, _STORY_ROOM),
    Case("two trunks, the one for any number", TWO_TRUNKS, _ROOM, f"hall_{OTHER}", called=OTHER),
    Case("two trunks both match", BOTH_MATCH, Outcome.REFUSED),
    Case(
        "two trunks, told apart by the caller",
        BOTH_MATCH,
        _ROOM,
        "story_+12025550177_<random>",
        caller="+12025550177",
    ),
    Case("address listed", trunk_with('allowed_addresses: ["127.0.0.1"]'), _ROOM, _STORY_ROOM),
    Case("network listed", trunk_with('allowed_addresses: ["127.0.0.0/8"]'), _ROOM, _STORY_ROOM),
    Case("every address", trunk_with('allowed_addresses: ["0.0.0.0/0"]'), _ROOM, _STORY_ROOM),
    Case("address not listed", trunk_with('allowed_addresses: ["10.0.0.0/8"]'), _ENDLESS),
    Case("only other family listed", trunk_with('allowed_addresses: ["::/0"]'), _ENDLESS),
    Case("host not listed", trunk_with("allowed_addresses: [sip.example.com]"), _ENDLESS),
    Case("caller listed", trunk_with(f'allowed_numbers: ["{CALLER}"]'), _ROOM, _STORY_ROOM),
    Case("caller not listed", trunk_with(f'allowed_numbers: ["{OTHER}"]'), _ENDLESS),
    Case(
        "caller listed, without plus",
        trunk_with(f'allowed_numbers: ["{CALLER}"]'),
        _ROOM,
        f"story_{CALLER[1:]}_<random>",
        caller=CALLER[1:],
    ),
    Case("pin asked", ONLY_PIN, Outcome.PIN_ASKED),
    Case("pin right", ONLY_PIN, _ROOM, "vault", pin=PIN),
    Case("pin wrong", ONLY_PIN, Outcome.PIN_WRONG, pin="0000"),
    Case("only the hash key where a pin is needed", ONLY_PIN, Outcome.PIN_WRONG, pin=""),
    Case("pin asked although an open rule is there", PIN_AND_OPEN, Outcome.PIN_ASKED),
    Case("pin right beside an open rule", PIN_AND_OPEN, _ROOM, "vault", pin=PIN),
    Case("only the hash key beside an open rule", PIN_AND_OPEN, _ROOM, _STORY_ROOM, pin=""),
    Case("pin wrong beside an open rule", PIN_AND_OPEN, Outcome.PIN_WRONG, pin="0000"),
    Case(
        "hidden number",
        rule_with(f"{_INDIVIDUAL}: {{room_prefix: story}}", "hide_phone_number: true"),
        _ROOM,
        "story_0123_<random>",
    ),
    Case("no rule", NO_RULE, _ENDLESS),
    Case("rule of another trunk", RULE_OF_ANOTHER_TRUNK, _ENDLESS),
    Case("rule without trunks and no trunk at all", WITHOUT_TRUNKS, _ROOM, "open"),
    Case(
        "rule without trunks takes calls past the password",
        PROTECTED_AND_OPEN_RULE,
        _ROOM,
        "open",
        called=OTHER,
    ),
    Case(
        "rule without trunks takes calls of a trunk",
        PROTECTED_AND_OPEN_RULE,
        _ROOM,
        "open",
        credentials=RIGHT,
    ),
    Case("rule with trunk before rule without", SPECIFIC_AND_OPEN_RULE, _ROOM, _STORY_ROOM),
    Case("direct", rule_with("dispatch_rule_direct: {room_name: lobby}"), _ROOM, "lobby"),
    Case(
        "individual without randomness",
        rule_with(f"{_INDIVIDUAL}: {{room_prefix: story, no_randomness: true}}"),
        _ROOM,
        f"story_{CALLER}",
    ),
    Case(
        "individual without prefix", rule_with(f"{_INDIVIDUAL}: {{}}"), _ROOM, f"{CALLER}_<random>"
    ),
    Case("callee", rule_with(f"{_CALLEE}: {{room_prefix: hall}}"), _ROOM, f"hall_{OURS}"),
    Case("callee without prefix", rule_with(f"{_CALLEE}: {{}}"), _ROOM, OURS),
    Case(
        "callee randomized",
        rule_with(f"{_CALLEE}: {{room_prefix: hall, randomize: true}}"),
        _ROOM,
        f"hall_{OURS}_<random>",
    ),
    Case(
        "rule for this caller",
        rule_with("dispatch_rule_direct: {room_name: lobby}", f'inbound_numbers: ["{CALLER}"]'),
        _ROOM,
        "lobby",
    ),
    Case(
        "rule for this caller, who comes without plus",
        rule_with("dispatch_rule_direct: {room_name: lobby}", f'inbound_numbers: ["{CALLER}"]'),
        _ENDLESS,
        caller=CALLER[1:],
    ),
    Case(
        "rule for this number, rung without plus",
        rule_with("dispatch_rule_direct: {room_name: lobby}", f'numbers: ["{OURS}"]'),
        _ENDLESS,
        called=OURS[1:],
    ),
    Case(
        "agents are asked to join",
        rule_with(
            "dispatch_rule_direct: {room_name: lobby}",
            "room_config: {agents: [{agent_name: storyteller}, {agent_name: scribe}]}",
        ),
        _ROOM,
        "lobby",
        agents=("storyteller", "scribe"),
    ),
    Case("direct before individual", DIRECT_BEFORE_INDIVIDUAL, _ROOM, "lobby"),
    Case("rule with a filter before one without", FILTER_BEFORE_NONE, _ROOM, f"hall_{OURS}"),
]
