"""What every group of settings is made of."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S+$")]
Key = Annotated[SecretStr, Field(min_length=1)]

# What is said in one breath.
_MOST_WORDS = 25


def _spoken(value: str) -> str:
    """Words that can be spoken as they stand, without the end of their sentence."""
    words = value.strip().rstrip(".!,").split()
    if not 1 <= len(words) <= _MOST_WORDS:
        raise ValueError(f"must be 1 to {_MOST_WORDS} words")
    if bad := sorted({char for char in value if not (char.isalnum() or char in " -'’,.!")}):
        raise ValueError(f"holds what cannot be spoken: {' '.join(map(repr, bad))}")
    return " ".join(words)


Spoken = Annotated[str, AfterValidator(_spoken)]


class Group(BaseModel):
    """Settings of one concern: checked, and never changed afterwards."""

    # validate_default: a default passes the same checks as a value from outside.
    model_config = ConfigDict(
        frozen=True, validate_by_name=True, validate_default=True, hide_input_in_errors=True
    )
