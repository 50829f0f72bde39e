"""What is refused although its shape is right."""

import pytest

from sip.problems import ManifestError, Severity
from tests.sip.manifests import SIMPLE, parse, problems_of

pytestmark = pytest.mark.unit

LIMITS = "ringing_timeout: 20s, max_call_duration: 17m"
NUMBER = 'numbers: ["+12025550100"]'
DIGEST = "auth_username: u, auth_password: env/SIP_PASSWORD"
SECRETS = {"SIP_PASSWORD": "correct-horse-battery", "SHORT": "eleven-char"}


def trunk(fields: str) -> str:
    return f"inbound_trunks: {{main: {{{LIMITS}, {fields}}}}}"


def rule(fields: str, room: str = "dispatch_rule_individual: {}") -> str:
    kind = f"rule: {{{room}}}"
    agents = "room_config: {agents: [{agent_name: storyteller}]}"
    return f"{trunk(f'{NUMBER}, {DIGEST}')}\ndispatch_rules: {{r: {{{kind}, {agents}{fields}}}}}"


OPEN_DOORS = [
    (trunk("metadata: x"), "open to everybody"),
    (trunk("numbers: [], allowed_addresses: []"), "open to everybody"),
    (trunk(f"{NUMBER}, auth_username: u, auth_password: env/SHORT"), "fewer than 12"),
    (trunk(f'{NUMBER}, {DIGEST}, allowed_addresses: ["0.0.0.0/0"]'), "admits every address"),
    (trunk(f'{NUMBER}, {DIGEST}, allowed_addresses: ["::/0"]'), "admits every address"),
    (rule(""), "names no trunks"),
    (rule(", trunks: []"), "names no trunks"),
    (
        rule(", trunks: [main]", "dispatch_rule_direct: {room_name: a}"),
        "every caller enters one room",
    ),
    (rule(", trunks: [main]", "dispatch_rule_callee: {}"), "all callers of one number share"),
    (
        rule(", trunks: [main]", "dispatch_rule_individual: {no_randomness: true}"),
        "two calls from one number share",
    ),
    (
        f'inbound_trunks: {{a: {{{NUMBER}, {DIGEST}, allowed_numbers: ["+33612345678"]}},'
        f" b: {{{NUMBER}, {DIGEST}}}}}",
        "is also on trunk a",
    ),
]


@pytest.mark.parametrize(("text", "reason"), OPEN_DOORS)
def test_an_open_door_is_refused_unless_somebody_says_why(text: str, reason: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse(text, environment=SECRETS)
    (problem,) = [each for each in caught.value.problems if each.severity is Severity.OPEN]
    assert reason in problem.reason
    manifest = parse(text, environment=SECRETS, allow_open=True)
    assert problem in manifest.problems


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (trunk(f"{NUMBER}, auth_username: u"), "auth_password is missing"),
        (trunk(f"{NUMBER}, auth_password: env/SIP_PASSWORD"), "auth_username is missing"),
        (rule(", trunks: [nowhere]"), 'no inbound trunk "nowhere"'),
        (
            rule(", trunks: [main]", "dispatch_rule_individual: {pin: env/SIP_PASSWORD}"),
            "1 to 16 digits",
        ),
        (trunk(f"{NUMBER}, media: {{only_listed_codecs: true}}"), "every call would fail"),
        (trunk(f"{NUMBER}, media: {{codecs: [{{name: opus}}]}}"), "rate of opus is missing"),
        (f"inbound_trunks: {{a: {{{NUMBER}}}, b: {{{NUMBER}}}}}", "is also on trunk a"),
        (
            'inbound_trunks: {a: {allowed_addresses: ["10.0.0.1"]},'
            ' b: {allowed_addresses: ["10.0.0.2"]}}',
            "every number is also on trunk a",
        ),
        (
            rule(", trunks: [main]").replace(
                "{r:", "{q: {trunks: [main], rule: {dispatch_rule_callee: {randomize: true}}}, r:"
            ),
            "rule q (line 2) takes the same calls",
        ),
        (f"{trunk(NUMBER)}\nremoved: {{inbound_trunks: [main]}}", "declared and removed"),
    ],
)
def test_what_cannot_work_is_refused_in_any_case(text: str, reason: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse(text, environment=SECRETS, allow_open=True)
    (problem,) = [each for each in caught.value.problems if each.severity is Severity.ERROR]
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (trunk(NUMBER), "anybody who finds the SIP address"),
        (trunk(f"{NUMBER}, allowed_addresses: [sip.example.com]"), "every caller can write"),
        (trunk(f'{DIGEST}, numbers: ["+11115550100"]'), "no carrier gives out"),
        (rule(", trunks: [main]").replace("storyteller", "x"), ""),
        (trunk(f"{NUMBER}, {DIGEST}").replace("20s", "0s"), "rings three minutes"),
        (trunk(f"{NUMBER}, {DIGEST}").replace("max_call_duration: 17m, ", ""), "for a day"),
    ],
)
def test_what_looks_wrong_is_only_told(text: str, reason: str) -> None:
    problems = problems_of(text, environment=SECRETS)
    assert {each.severity for each in problems} <= {Severity.WARNING}
    assert [reason in each.reason for each in problems] == ([True] if reason else [])


def test_a_rule_that_asks_for_no_agent_is_told() -> None:
    text = SIMPLE.replace("agents: [{agent_name: storyteller}]", "agents: []")
    (problem,) = problems_of(text)
    assert "endless" not in problem.reason
    assert "asks for no agent" in problem.reason


def test_the_quick_start_has_nothing_to_complain_about() -> None:
    assert problems_of(SIMPLE) == []
