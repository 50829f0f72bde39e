"""Deepgram's messages and errors."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

MODEL_UUID = "00000000-0000-0000-0000-000000000000"
CONFIDENCE = 0.99


def model_info(model: str) -> dict[str, str]:
    return {"name": model, "version": "local-scripted-stand-in", "arch": "stand-in"}


def words(text: str, start_s: float, end_s: float) -> list[dict[str, Any]]:
    """The words with times: the stretch is shared out by the length of the words."""
    tokens = text.split()
    letters = sum(map(len, tokens)) or 1
    spoken: list[dict[str, Any]] = []
    at_s = start_s
    for token in tokens:
        until_s = at_s + (end_s - start_s) * len(token) / letters
        spoken.append(
            {
                "word": token.strip('.,;:!?"').lower(),
                "start": round(at_s, 3),
                "end": round(until_s, 3),
                "confidence": CONFIDENCE,
                "punctuated_word": token,
            }
        )
        at_s = until_s
    return spoken


def alternative(text: str, start_s: float, end_s: float) -> dict[str, Any]:
    confidence = CONFIDENCE if text else 0.0
    return {"transcript": text, "confidence": confidence, "words": words(text, start_s, end_s)}


def results(
    text: str,
    start_s: float,
    end_s: float,
    *,
    request_id: str,
    model: str,
    is_final: bool = True,
    speech_final: bool = True,
    from_finalize: bool = False,
) -> dict[str, Any]:
    """One message of a live transcription."""
    return {
        "type": "Results",
        "channel_index": [0, 1],
        "duration": round(end_s - start_s, 3),
        "start": round(start_s, 3),
        "is_final": is_final,
        "speech_final": speech_final,
        "channel": {"alternatives": [alternative(text, start_s, end_s)]},
        "metadata": {
            "request_id": request_id,
            "model_info": model_info(model),
            "model_uuid": MODEL_UUID,
        },
        "from_finalize": from_finalize,
    }


def metadata(request_id: str, model: str, duration_s: float, sound: bytes = b"") -> dict[str, Any]:
    """What closes a live transcription and heads a pre-recorded one."""
    return {
        "transaction_key": "deprecated",
        "request_id": request_id,
        "sha256": hashlib.sha256(sound).hexdigest(),
        "created": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "duration": round(duration_s, 3),
        "channels": 1,
        "models": [MODEL_UUID],
        "model_info": {MODEL_UUID: model_info(model)},
    }


def error(status: int, code: str, message: str, request_id: str) -> web.Response:
    """Deepgram's error body, whose text is also in the header `dg-error`."""
    body = {"err_code": code, "err_msg": message, "request_id": request_id}
    headers = {"dg-request-id": request_id, "dg-error": message}
    return web.json_response(body, status=status, headers=headers)


def wrong_key(request_id: str) -> web.Response:
    return error(401, "INVALID_AUTH", "Invalid credentials.", request_id)
