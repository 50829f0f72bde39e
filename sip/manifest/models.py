"""The shape of trunks.yaml, with the field names of LiveKit's SIP API.

A field that is not in the file is not ours: it keeps whatever value it has on the server. To
clear one, write it empty: `[]`, `""`, `{}`, `0s`, `false`.
"""

from enum import StrEnum
from functools import partial
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from sip.manifest.fields import (
    Address,
    CodecName,
    Country,
    Duration,
    HeaderName,
    Number,
    OutboundNumber,
    Pin,
    SipHost,
    WholeSeconds,
    member,
    member_schema,
    refuse,
)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_enum_values=True)


class HeaderOptions(StrEnum):
    """Which SIP headers of the caller become attributes `sip.h.<header>` of the participant."""

    NONE = "SIP_NO_HEADERS"
    X = "SIP_X_HEADERS"
    ALL = "SIP_ALL_HEADERS"


class MediaEncryption(StrEnum):
    """Whether the audio of the SIP leg is encrypted (SRTP)."""

    DISABLE = "SIP_MEDIA_ENCRYPT_DISABLE"
    ALLOW = "SIP_MEDIA_ENCRYPT_ALLOW"
    REQUIRE = "SIP_MEDIA_ENCRYPT_REQUIRE"


class Transport(StrEnum):
    """How the carrier is reached."""

    AUTO = "SIP_TRANSPORT_AUTO"
    UDP = "SIP_TRANSPORT_UDP"
    TCP = "SIP_TRANSPORT_TCP"
    TLS = "SIP_TRANSPORT_TLS"


# In the file also as the short words: none, x, all; disable, allow, require; auto, udp, tcp, tls.
_HeaderOptions = Annotated[
    HeaderOptions,
    BeforeValidator(partial(member, HeaderOptions)),
    WithJsonSchema(member_schema(HeaderOptions)),
]
_MediaEncryption = Annotated[
    MediaEncryption,
    BeforeValidator(partial(member, MediaEncryption)),
    WithJsonSchema(member_schema(MediaEncryption)),
]
_Transport = Annotated[
    Transport, BeforeValidator(partial(member, Transport)), WithJsonSchema(member_schema(Transport))
]


class Codec(_Section):
    """An audio codec of the SIP leg."""

    name: CodecName = Field(description="PCMU, PCMA, G722, telephone-event, ...")
    rate: int = Field(default=0, ge=0, description="Clock rate in Hz as in SDP: 8000.")


class Media(_Section):
    """Audio of the SIP leg."""

    only_listed_codecs: bool = Field(default=False, description="Refuse every other codec.")
    codecs: list[Codec] = []
    encryption: _MediaEncryption = MediaEncryption.DISABLE
    media_timeout: Duration = Field(default="0s", description="Hang up after so long without RTP.")


class _Trunk(_Section):
    metadata: str = ""
    auth_username: str = Field(default="", description="Digest user name.")
    auth_password: str = Field(
        default="",
        pattern=r"^(env/[A-Za-z_][A-Za-z0-9_]*)?$",
        description="Digest password, only as env/NAME.",
    )
    headers: dict[HeaderName, str] = Field(default={}, description="Headers that we send.")
    headers_to_attributes: dict[HeaderName, str] = Field(
        default={}, description="Caller's SIP header -> attribute of the participant."
    )
    attributes_to_headers: dict[str, HeaderName] = Field(
        default={}, description="Attribute of the participant -> SIP header that we send."
    )
    include_headers: _HeaderOptions = HeaderOptions.NONE
    media: Media = Media()


class InboundTrunk(_Trunk):
    """A door for calls: which numbers are ours, and who may ring them."""

    numbers: list[Number] = Field(default=[], description="Our numbers. Empty: any number.")
    allowed_addresses: list[Address] = Field(
        default=[], description="Addresses or networks that calls may come from. Empty: any."
    )
    allowed_numbers: list[Number] = Field(
        default=[], description="Numbers that may call. Empty: any."
    )
    auth_realm: str = ""
    ringing_timeout: Duration = Field(
        default="0s", description="How long a caller hears ringing while no agent speaks."
    )
    max_call_duration: Duration = "0s"
    krisp_enabled: bool = Field(default=False, description="LiveKit Cloud only.")


class OutboundTrunk(_Trunk):
    """A way out: the carrier that places our calls."""

    address: SipHost = Field(description="Host, or host:port, of the carrier.")
    numbers: list[OutboundNumber] = Field(
        min_length=1, description='Numbers that we call from; "*" for any.'
    )
    transport: _Transport = Transport.AUTO
    destination_country: Country = ""
    from_host: SipHost = ""


class DirectRule(_Section):
    """Every caller enters one and the same room."""

    room_name: str = Field(min_length=1)
    pin: Pin = ""


class IndividualRule(_Section):
    """Every caller gets a room of its own, `<room_prefix>_<caller>_<random>`."""

    room_prefix: str = ""
    pin: Pin = ""
    no_randomness: bool = False


class CalleeRule(_Section):
    """All callers of one number share a room, `<room_prefix>_<called>`."""

    room_prefix: str = ""
    pin: Pin = ""
    randomize: bool = False


class RoomRule(_Section):
    """Which room a call enters: exactly one of the three."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    dispatch_rule_direct: DirectRule | None = None
    dispatch_rule_individual: IndividualRule | None = None
    dispatch_rule_callee: CalleeRule | None = None

    @model_validator(mode="after")
    def _has_exactly_one(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1 or len(self.model_fields_set) != 1:
            raise refuse(
                "a rule needs exactly one kind of room",
                "Write one of dispatch_rule_direct, dispatch_rule_individual, dispatch_rule_callee",
            )
        return self


class Agent(_Section):
    """An agent that is asked to join the room."""

    agent_name: str = Field(min_length=1, description="The name that the worker registered.")
    metadata: str = ""
    attributes: dict[str, str] = {}
    deployment: str = ""


class RoomConfig(_Section):
    """Settings of the room that a call opens."""

    agents: list[Agent] = []
    empty_timeout: WholeSeconds = Field(
        default=0, description="How long an unused room is kept open."
    )
    departure_timeout: WholeSeconds = Field(
        default=0, description="How long a room is kept after the last person left."
    )
    max_participants: int = Field(default=0, ge=0)
    metadata: str = ""
    min_playout_delay: int = Field(default=0, ge=0, description="Milliseconds.")
    max_playout_delay: int = Field(default=0, ge=0, description="Milliseconds.")
    sync_streams: bool = False
    tags: dict[str, str] = {}


class DispatchRule(_Section):
    """What happens to a call that a trunk let in."""

    trunks: list[str] = Field(
        default=[], description="Names of inbound trunks in this file. Empty: every call."
    )
    rule: RoomRule
    hide_phone_number: bool = Field(
        default=False, description="Keep numbers out of room names, identities and attributes."
    )
    inbound_numbers: list[Number] = Field(
        default=[], description="Only for calls from these numbers. Compared letter by letter."
    )
    numbers: list[Number] = Field(
        default=[], description="Only for calls to these numbers. Compared letter by letter."
    )
    metadata: str = Field(default="", description="Copied to the caller's participant.")
    attributes: dict[str, str] = Field(default={}, description="Copied to the participant.")
    room_preset: str = ""
    room_config: RoomConfig = RoomConfig()
    media: Media = Media()
    krisp_enabled: bool = Field(default=False, description="LiveKit Cloud only.")


class Removed(_Section):
    """Names that must no longer exist on the server. The only way that `apply` deletes."""

    inbound_trunks: list[str] = []
    outbound_trunks: list[str] = []
    dispatch_rules: list[str] = []


class ManifestModel(_Section):
    """The telephone side of a LiveKit project: trunks and dispatch rules, each under its name."""

    model_config = ConfigDict(title="trunks.yaml of Storyline")

    default_region: Country = Field(
        default="", description='Country of numbers without a country code: "US".'
    )
    inbound_trunks: dict[str, InboundTrunk] = {}
    outbound_trunks: dict[str, OutboundTrunk] = {}
    dispatch_rules: dict[str, DispatchRule] = {}
    removed: Removed = Removed()
