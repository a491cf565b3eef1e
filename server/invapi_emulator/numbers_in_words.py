"""The numbers that both commands take: plain, finite and within bounds."""

import re

import click

from invapi_emulator.whole_numbers import whole_number

_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


class Seconds(click.ParamType[float]):
    """A number of seconds from `least` to `most`. Its words have digits and a point only, so no `nan`, `inf` or `1e400`."""

    name = "seconds"

    def __init__(self, least: float, most: float) -> None:
        self._least = least
        self._most = most

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        words = str(value)
        if not _PLAIN.fullmatch(words) or not self._least <= float(words) <= self._most:
            self.fail(
                f"{words!r}: expected a number of seconds from {self._least:g} to {self._most:,}", param, ctx
            )
        return float(words)


class Probability(click.ParamType[float]):
    """A number above 0, at most 1."""

    name = "probability"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        words = str(value)
        if not _PLAIN.fullmatch(words) or not 0 < float(words) <= 1:
            self.fail(f"{words!r}: expected a number above 0, at most 1", param, ctx)
        return float(words)


class Whole(click.ParamType[int]):
    """A whole number from `least` to `most`, in digits without sign or leading zeros."""

    name = "whole number"

    def __init__(self, least: int, most: int) -> None:
        self._least = least
        self._most = most

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = whole_number(value)
        except ValueError:
            number = self._least - 1
        if not self._least <= number <= self._most:
            self.fail(
                f"{str(value)!r}: expected a whole number from {self._least} to {self._most}, without sign or leading zeros",
                param,
                ctx,
            )
        return number
