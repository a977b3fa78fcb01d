"""What is sent about the organization's Zoom account."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=r"^[^\x00-\x20]+$")
]
OfferId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,64}$")]


class ZoomCredentials(BaseModel):
    """Of a server-to-server OAuth app at Zoom; the secret is kept encrypted and never shown again."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["server_to_server"] = "server_to_server"
    account_id: Word
    client_id: Word
    client_secret: SecretStr = Field(min_length=1, max_length=255)
