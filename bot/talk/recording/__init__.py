"""Recording a call: both sides on one line of time, encoded beside the call."""
