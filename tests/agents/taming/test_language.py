"""Whether words are English."""

import pytest

from agents.prompts import load_prompt
from agents.stories import load_premises
from agents.taming.language import is_foreign

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "said",
    [
        "El viento sopla. ¿Abres la puerta, o esperas?",
        "Der Wind weht. Öffnest du die Tür, oder wartest du hier?",
        "Le vent souffle. Tu ouvres la porte, ou tu attends ici?",
        "O vento sopra. Você abre a porta, ou espera do lado?",
        "De wind waait. Open je de deur, of wacht je hier op mij?",
        "Ветер дует. Ты откроешь дверь?",
        "风吹起来了，你要开门吗",
    ],
)
def test_another_language_is_noticed(said: str) -> None:
    assert is_foreign(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Маша",
        "Bonjour, Maria!",
        "You stand at the harbour, Peter. Do you board the ship, or wait?",
        "Maria, the bells of São Paulo ring. Do you climb up, or run?",
        load_prompt("emergency"),
        load_prompt("goodbye_spoken", name="Łukasz"),
        *(premise.plan for premise in load_premises()),
    ],
    ids=range(19),
)
def test_english_is_not_and_neither_is_a_name(said: str) -> None:
    assert not is_foreign(said)
