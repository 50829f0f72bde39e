"""What a tool does that acts on a caller's rights, before it acts."""

from livekit.agents import StopResponse, ToolError

from agents.prompts import load_prompt
from agents.rights.asking import Permission


def heed(permission: Permission) -> None:
    """Return if the tool may act. Otherwise StopResponse is raised, because the caller has been
    asked, or ToolError, which tells the model that they do not want it.
    """
    if permission is Permission.REFUSED:
        raise ToolError(load_prompt("not_wished"))
    if permission is not Permission.GRANTED:
        raise StopResponse
