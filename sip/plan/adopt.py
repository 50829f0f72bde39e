"""Takes over an object that exists already: from then on it belongs to the file, by its name."""

from sip.errors import AdoptRefused
from sip.manifest.declared import Manifest
from sip.objects.kinds import Info, Kind, object_id
from sip.objects.message_fields import overlaid
from sip.objects.server import SipService, read_snapshot, replace


async def adopt(
    service: SipService, manifest: Manifest, kind: Kind, name: str, identifier: str
) -> str:
    """Give the object `identifier` the name that the file declares, and return its old name.

    Nothing else about it changes; `plan` then shows what differs. Raises AdoptRefused when the
    object is not there, the file does not declare the name, or another object has it.
    """
    if manifest.find(kind, name) is None:
        raise AdoptRefused(
            f'{manifest.file} declares no {kind.label} "{name}": add it first (see export)'
        )
    snapshot = await read_snapshot(service)
    found: Info | None = None
    for info in snapshot.of(kind):
        if object_id(info) == identifier:
            found = info
        elif info.name == name:
            raise AdoptRefused(
                f'{object_id(info)} is already called "{name}": delete or rename that one first'
            )
    if found is None:
        raise AdoptRefused(f"there is no {kind.label} {identifier} on the server: see status")
    old_name = found.name
    if old_name != name:
        renamed = overlaid(found, {"name": name})
        await replace(service, renamed)
    return old_name
