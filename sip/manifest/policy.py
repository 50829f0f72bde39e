"""What is refused although its shape is right: doors open to strangers, and what cannot work."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from sip.calls.number import mask_number
from sip.manifest.as_snapshot import as_snapshot
from sip.manifest.checks import CHECKS, Finding
from sip.manifest.declared import Declared, Manifest
from sip.manifest.yaml_lines import Path
from sip.objects.kinds import Kind
from sip.problems import Problem, Severity, where
from sip.route.claims import Claim, claims, numbers_of


def findings(manifest: Manifest, names: Mapping[Kind, Iterable[str]]) -> list[Problem]:
    """Everything to say about `manifest`; `names` are all names that the file declares."""
    found = []
    for declared in manifest.declared:
        for check in CHECKS[declared.kind]:
            found += [_problem(manifest, declared, finding) for finding in check(declared)]
    found += _unknown_trunks(manifest, frozenset(names[Kind.INBOUND_TRUNK]))
    found += _shared_numbers(manifest)
    found += _clashing_rules(manifest)
    found += _declared_and_removed(manifest, names)
    return found


def _problem(manifest: Manifest, declared: Declared, finding: Finding) -> Problem:
    at, severity, reason, remedy = finding
    path: Path = (declared.kind.section, declared.name, *at)
    return Problem(
        manifest.file, manifest.line_of(path), where(path[: 2 + len(at)]), reason, remedy, severity
    )


def _unknown_trunks(manifest: Manifest, known: frozenset[str]) -> Iterator[Problem]:
    for rule in manifest.of(Kind.DISPATCH_RULE):
        for index, name in enumerate(rule.trunks or ()):
            if name not in known:
                reason = f'there is no inbound trunk "{name}" in the file'
                remedy = f"Known are: {', '.join(sorted(known)) or 'none'}"
                yield _problem(manifest, rule, (("trunks", index), Severity.ERROR, reason, remedy))


def _shared_numbers(manifest: Manifest) -> Iterator[Problem]:
    infos = as_snapshot(manifest).inbound_trunks
    trunks = zip(manifest.of(Kind.INBOUND_TRUNK), map(claims, infos), strict=True)
    for (first, ones), (second, others) in combinations(trunks, 2):
        clashing = numbers_of(ones & others)
        for number in sorted({*numbers_of(ones)} & {*numbers_of(others)}):
            what = f"the number {mask_number(number)} is" if number else "every number is"
            if number in clashing:
                severity = Severity.ERROR
                remedy = "LiveKit refuses that: give each number to one trunk"
            else:
                severity = Severity.OPEN
                remedy = "Give each number to one trunk, so that it is clear which one answers"
            reason = f"{what} also on trunk {first.name} (line {first.line})"
            yield _problem(manifest, second, (("numbers",), severity, reason, remedy))


def _clashing_rules(manifest: Manifest) -> Iterator[Problem]:
    seen: dict[Claim, Declared] = {}
    infos = as_snapshot(manifest).dispatch_rules
    for rule, info in zip(manifest.of(Kind.DISPATCH_RULE), infos, strict=True):
        claimed = sorted(claims(info))
        clash = next((seen[claim] for claim in claimed if claim in seen), None)
        if clash is not None:
            reason = f"rule {clash.name} (line {clash.line}) takes the same calls"
            remedy = "LiveKit refuses that: set them apart by trunks, numbers, caller or pin"
            yield _problem(manifest, rule, ((), Severity.ERROR, reason, remedy))
        for claim in claimed:
            seen.setdefault(claim, rule)


def _declared_and_removed(
    manifest: Manifest, names: Mapping[Kind, Iterable[str]]
) -> Iterator[Problem]:
    for kind, name in manifest.removed:
        if name in names[kind]:
            path: Path = ("removed", kind.section)
            yield Problem(
                manifest.file,
                manifest.line_of(path),
                where(path),
                f'"{name}" is declared and removed',
                "Keep one of the two",
            )
