"""Every model and caller that misbehaves."""

from bench.models.callers import CALLERS
from bench.models.text_models import TEXT_MODELS
from bench.models.voice_models import VOICE_MODELS

MODELS = (*TEXT_MODELS, *VOICE_MODELS)
FAMILIES = (*MODELS, *CALLERS)
