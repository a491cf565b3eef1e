"""Tokens as the contract tells of them: which are good, until when (contract 2.3, 5.4)."""

from dataclasses import dataclass, field


@dataclass
class ModelledTokens:
    """The token that the account was given out with, and those of logins, each with the time it ends at."""

    given: str
    given_lives: bool = True
    logins: dict[str, int] = field(default_factory=dict)

    def refusal(self, token: str, now: int) -> str | None:
        if token == self.given and self.given_lives:
            return None
        if token not in self.logins:
            return "invalid_token"
        return "token_expired" if self.logins[token] <= now else None

    def log_out(self, token: str) -> None:
        self.given_lives = self.given_lives and token != self.given
        self.logins.pop(token, None)

    def expire(self, token: str, now: int) -> None:
        """Let a token be one that has just expired."""
        self.log_out(token)
        self.logins[token] = now

    def best(self, now: int) -> str:
        """Return one that is good, if there is any."""
        good = [token for token in (self.given, *self.logins) if self.refusal(token, now) is None]
        return good[0] if good else self.given
