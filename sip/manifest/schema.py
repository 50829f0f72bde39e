"""The JSON Schema of trunks.yaml, so that editors complete and check the file.

`python -m sip.manifest.schema > docs/trunks.schema.json` writes it anew; a test keeps it so.
"""

import json
import sys
from typing import Any

from sip.manifest.models import ManifestModel


def manifest_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ManifestModel.model_json_schema(),
    }


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(manifest_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
