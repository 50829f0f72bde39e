"""What is told of one call that was asked for."""

from dataclasses import dataclass, field
from typing import Any

from bot.records.orders.order import Order, OrderState
from bot.records.record import CallRecord, EndReason
from sip.calls.outcome import SENTENCES, Outcome


@dataclass(frozen=True)
class Result:
    """How a call came out. `order` is None when the call was refused before anything was written.

    `is_first`: this asker's own call, not one that another asker had made with the same key.
    """

    outcome: Outcome
    sentence: str
    order: Order | None = field(default=None, repr=False)
    record: CallRecord | None = field(default=None, repr=False)
    is_first: bool = True

    @classmethod
    def of(cls, order: Order, record: CallRecord | None, *, is_first: bool) -> "Result":
        """From an order that has ended, or that was answered and goes on."""
        outcome = order.outcome or Outcome.FAILED
        ended = record.end_reason if record is not None else None
        sentence = order.detail or SENTENCES[outcome]
        if outcome is Outcome.ANSWERED and not order.has_ended:
            sentence = "Somebody answered, and the call goes on."
        elif outcome is Outcome.ANSWERED and ended is EndReason.CALLER_HUNG_UP:
            # The reason's name is of calls that come in. LiveKit SIP tells of a line without any
            # sound in the same way.
            sentence = "Somebody answered; they hung up, or their line was lost."
        elif outcome is Outcome.ANSWERED and ended is not None:
            sentence = f"Somebody answered; the call ended: {ended.value.replace('_', ' ')}."
        return cls(outcome, sentence, order, record, is_first)

    @classmethod
    def out_of_sight(cls, order: Order, *, is_first: bool) -> "Result":
        """The database stayed away while the call was being made."""
        sentence = (
            "The database is away, so nobody knows how the call came out; it may be going on. "
            "Ask again with the same key, or look up the call's id later."
        )
        return cls(Outcome.FAILED, sentence, order, None, is_first)

    @classmethod
    def refused(cls, reason: str) -> "Result":
        """By our own rules, before anything was written."""
        return cls(Outcome.REFUSED, f"Not called: {reason}.")

    @classmethod
    def failed(cls, reason: str) -> "Result":
        """Before anything was written."""
        return cls(Outcome.FAILED, f"Not called: {reason}.")

    def as_json(self) -> dict[str, Any]:
        """Plain values, for machines."""
        order, record = self.order, self.record
        shown: dict[str, Any] = {
            "outcome": self.outcome.value,
            "sentence": self.sentence,
            "sip_status": order.sip_status if order else None,
            "call_id": order.call_id if order else None,
            "idempotency_key": order.idempotency_key if order else None,
            "first": self.is_first,
            "dialled": order is not None and order.dialed_at is not None,
            "ended": order is None or order.state is OrderState.ENDED,
            "record": None,
        }
        if record is not None:
            shown["record"] = {
                "started_at": record.started_at.isoformat(),
                "answered_at": record.answered_at and record.answered_at.isoformat(),
                "ended_at": record.ended_at and record.ended_at.isoformat(),
                "end_reason": record.end_reason and record.end_reason.value,
                "agent_reached": record.agent_reached.value,
                "turns": record.turns,
                "error": record.error,
            }
        return shown
