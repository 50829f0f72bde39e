"""trunks.yaml: the telephone side of a LiveKit project as an operator wants it to be.

    # yaml-language-server: $schema=docs/trunks.schema.json
    default_region: US                     # optional; for numbers without a country code
    inbound_trunks:
      main:                                # the name of the object on the server
        numbers: ["+12025550100"]
        auth_username: storyline
        auth_password: env/SIP_PASSWORD    # a secret is the name of an environment variable
        ringing_timeout: 20s               # "20s", "500ms", "15m" or a number of seconds
        max_call_duration: 17m
    dispatch_rules:
      story:
        trunks: [main]                     # names of inbound trunks in this file
        rule: {dispatch_rule_individual: {room_prefix: story}}
        room_config:
          agents: [{agent_name: storyteller}]
          empty_timeout: 30s
    removed:                               # names that must no longer exist on the server
      dispatch_rules: [old-story]

Field names are those of LiveKit's SIP API (sip/manifest/models.py has them all). What the file
does not speak of keeps its value on the server.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sip.manifest.declared import Declared, Manifest
from sip.manifest.fields import ENV_PREFIX
from sip.manifest.models import ManifestModel
from sip.manifest.policy import findings
from sip.manifest.yaml_lines import LinedYaml, Path, Value, leaves, read_yaml
from sip.objects.kinds import Kind
from sip.problems import ManifestError, Problem, Severity, where

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET_FIELDS = frozenset({"auth_password", "pin"})
_USER_NAME = "auth_username"  # no secret, even when it is written as env/NAME


def load_manifest(
    file: FilePath,
    environment: Mapping[str, str],
    *,
    secrets_needed: bool = True,
    allow_open: bool = False,
) -> Manifest:
    """Read and check `file`. Raises ManifestError with every problem at once.

    With `secrets_needed` false, a secret whose variable is not set is only a warning. With
    `allow_open`, doors that are open to strangers are told but not refused.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or "") if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ManifestError(
            [Problem(str(file), 1, "file", reason, "Name another with --file")]
        ) from None
    return parse_manifest(
        text, str(file), environment, secrets_needed=secrets_needed, allow_open=allow_open
    )


def parse_manifest(
    text: str,
    file: str,
    environment: Mapping[str, str],
    *,
    secrets_needed: bool = True,
    allow_open: bool = False,
) -> Manifest:
    """Read the text of a manifest; `file` is the name shown with its problems."""
    yaml = read_yaml(text)
    root = yaml.root if isinstance(yaml.root, dict) else {}
    problems = [
        Problem(file, found.line, where(found.path), found.reason, found.remedy)
        for found in yaml.findings
    ]
    model = _validate(yaml, file, problems)
    severity = Severity.ERROR if secrets_needed else Severity.WARNING
    problems.extend(_unset_secrets(root, yaml, file, environment, severity))
    declared = tuple(_resolve_secrets(item, environment) for item in _declared(model, yaml))
    removed = tuple((kind, name) for kind in Kind for name in getattr(model.removed, kind.section))
    draft = Manifest(file, declared, removed, yaml.lines)
    problems.extend(findings(draft, _names(root)))
    problems.sort(key=lambda problem: problem.line)
    refused = {Severity.ERROR} if allow_open else {Severity.ERROR, Severity.OPEN}
    if any(problem.severity in refused for problem in problems):
        raise ManifestError(problems)
    return replace(draft, problems=tuple(problems))


def _names(root: Mapping[str, Value]) -> dict[Kind, frozenset[str]]:
    """Every declared name, also of objects that are not usable."""
    return {
        kind: frozenset(section if isinstance(section := root.get(kind.section), dict) else ())
        for kind in Kind
    }


def _validate(yaml: LinedYaml, file: str, problems: list[Problem]) -> ManifestModel:
    """The usable part of the file, and note in `problems` why the rest is not."""
    if yaml.root is not None and not isinstance(yaml.root, dict):
        problems.append(Problem(file, 1, "file", *_wrong_shape("dict_type")))
        return ManifestModel()
    root = dict(yaml.root or {})
    context = {"default_region": root.get("default_region")}
    try:
        return ManifestModel.model_validate(root, context=context)
    except ValidationError as error:
        for details in error.errors(include_url=False, include_input=False):
            path = tuple(part for part in details["loc"] if part != "[key]")
            reason, remedy = _in_words(details)
            problems.append(Problem(file, yaml.line_of(path), where(path), reason, remedy))
            _prune(root, path)
    return ManifestModel.model_validate(root, context=context)


def _prune(root: dict[str, Value], path: Path) -> None:
    """Take the object (or section) out in which `path` lies."""
    section = root.get(str(path[0]))
    if len(path) > 1 and isinstance(section, dict):
        root[str(path[0])] = {name: item for name, item in section.items() if name != path[1]}
    else:
        root.pop(str(path[0]), None)


def _declared(model: ManifestModel, yaml: LinedYaml) -> list[Declared]:
    found = []
    for kind in Kind:
        for name, section in getattr(model, kind.section).items():
            fields = section.model_dump(exclude_unset=True, mode="json")
            trunks = fields.pop("trunks", None)
            found.append(
                Declared(
                    kind=kind,
                    name=name,
                    line=yaml.line_of((kind.section, name)),
                    fields=fields,
                    trunks=None if trunks is None else tuple(trunks),
                )
            )
    return sorted(found, key=lambda declared: declared.line)


def _resolve_secrets(declared: Declared, environment: Mapping[str, str]) -> Declared:
    """`declared` with every env/NAME replaced by the variable's value, where it is set."""
    secrets: set[Path] = set()
    unset: set[Path] = set()

    def resolve(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: resolve(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [resolve(item, (*path, index)) for index, item in enumerate(value)]
        if path[-1] in _SECRET_FIELDS:
            secrets.add(path)
        if not isinstance(value, str) or not value.startswith(ENV_PREFIX):
            return value
        if path[-1] != _USER_NAME:
            secrets.add(path)
        found = environment.get(value.removeprefix(ENV_PREFIX))
        if not found:
            unset.add(path)
        return found or value

    fields = {key: resolve(value, (key,)) for key, value in declared.fields.items()}
    return replace(declared, fields=fields, secrets=frozenset(secrets), unset=frozenset(unset))


def _unset_secrets(
    root: Value, yaml: LinedYaml, file: str, environment: Mapping[str, str], severity: Severity
) -> list[Problem]:
    problems = []
    for path, text in leaves(root):
        name = text.removeprefix(ENV_PREFIX)
        if text.startswith(ENV_PREFIX) and not environment.get(name):
            reason, remedy = _unset_secret(name)
            problems.append(
                Problem(file, yaml.line_of(path), where(path), reason, remedy, severity)
            )
    return problems


def _unset_secret(name: str) -> tuple[str, str]:
    if not _ENV_NAME.fullmatch(name):
        return f'"{name}" is no name of an environment variable', "Write env/SIP_PASSWORD"
    return (
        f"the environment variable {name} is not set",
        f"Set it in the shell or in .env: {name}=...",
    )


def _in_words(details: ErrorDetails) -> tuple[str, str]:
    """The reason and the remedy of one pydantic error."""
    context = details.get("ctx", {})
    field_name = str(details["loc"][-1]) if details["loc"] else ""
    match details["type"]:
        case "unusable":
            return str(context["reason"]), str(context["remedy"])
        case "extra_forbidden":
            return "there is no such field", "See docs/provisioning.md for the fields"
        case "missing":
            return f"{field_name} is missing", "Add it"
        case "string_pattern_mismatch" if field_name == "auth_password":
            return "a password is written in the file", "Write env/NAME and set the variable NAME"
        case "string_type" | "dict_type" | "list_type" | "model_type" | "model_attributes_type":
            return _wrong_shape(details["type"])
        case _:
            return details["msg"][:1].lower() + details["msg"][1:], "Correct the value"


def _wrong_shape(error_type: str) -> tuple[str, str]:
    if error_type == "string_type":
        return "a text is expected", 'Write one value; "" clears the field'
    if error_type == "list_type":
        return "a list is expected", "Write it in brackets; [] clears the field"
    return "fields with values are expected", "Write name: value lines, indented below it"
