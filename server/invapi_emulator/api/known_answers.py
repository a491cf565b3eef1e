"""Answers about the server's own catalogue, kept by the fields that were sent."""

from typing import TypeAlias

import orjson

from invapi_emulator.api.exchange import Exchange
from invapi_emulator.engine.call import Prepared

_MOST = 64
_LONGEST = 500
"""Maximum size of the fields that an answer is kept for, in bytes of JSON."""

Question: TypeAlias = tuple[str, str, bytes]
"""Module, action and fields of a call, all that the answer to a public call without a token depends on."""


class KnownAnswers:
    """The answers to the last questions. Refusals are not among them."""

    def __init__(self) -> None:
        self._by_question: dict[Question, Prepared] = {}

    def find(self, exchange: Exchange) -> Prepared | None:
        """Return the answer to an earlier call that sent the same, if this one has no token and needs none."""
        question = _question(exchange)
        return None if question is None else self._by_question.get(question)

    def keep(self, exchange: Exchange, answer: Prepared) -> None:
        """Keep the answer, and drop the oldest one if there are too many."""
        question = _question(exchange)
        if question is None or len(question[2]) > _LONGEST:
            return
        self._by_question[question] = answer
        if len(self._by_question) > _MOST:
            del self._by_question[next(iter(self._by_question))]


def _question(exchange: Exchange) -> Question | None:
    action = exchange.called
    if exchange.account is not None or not action.is_public:
        return None
    return action.module, action.name, orjson.dumps(exchange.request.fields)
