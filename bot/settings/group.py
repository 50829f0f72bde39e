"""What every group of settings is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S+$")]
Key = Annotated[SecretStr, Field(min_length=1)]


class Group(BaseModel):
    """Settings of one concern: checked, and never changed afterwards."""

    # validate_default: a default passes the same checks as a value from outside.
    model_config = ConfigDict(
        frozen=True, validate_by_name=True, validate_default=True, hide_input_in_errors=True
    )
