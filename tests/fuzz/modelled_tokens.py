"""Tokens as described in the contract: which are valid, and until when (contract 2.3, 5.4)."""

from dataclasses import dataclass, field


@dataclass
class ModelledTokens:
    """The account's built-in token, and those of logins with the times they expire."""

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
        """Expire a token now."""
        self.log_out(token)
        self.logins[token] = now

    def best(self, now: int) -> str:
        """Return a valid token, if there is one."""
        good = [token for token in (self.given, *self.logins) if self.refusal(token, now) is None]
        return good[0] if good else self.given
