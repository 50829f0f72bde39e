"""Looking over many calls: filtered pages, figures, and what is left of the orders."""

from bot.records.survey.call_filter import CallFilter, Cursor
from bot.records.survey.figures import Figures
from bot.records.survey.survey import CallPage, OrderCounts, Survey

__all__ = ["CallFilter", "CallPage", "Cursor", "Figures", "OrderCounts", "Survey"]
