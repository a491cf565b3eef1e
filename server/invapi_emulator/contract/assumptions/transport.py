"""Assumptions about paths, forms and envelopes (clauses 1 and 2)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

PATH_WITHOUT_PHP: Assumption[Literal["answers", "unknown"]] = assumption(
    1, "1.1", "whether a module also has a path without .php", {
        "answers": "`/vm` is `/vm.php`",
        "unknown": "`/vm` is 404 `unknown_module`",
    },
)  # fmt: skip

MULTIPART: Assumption[Literal["read", "refused"]] = assumption(
    2, "1.2", "whether a body of type multipart/form-data is read", {
        "read": "it is read, as in PHP",
        "refused": "it is refused: 415 `unsupported_media_type`",
    },
)  # fmt: skip

PAGES_OF_OTHER_ORIGINS: Assumption[Literal["allowed", "kept-out"]] = assumption(
    3, "1.5", "whether web pages of other origins may call the modules", {
        "allowed": "CORS is open, preflight included",
        "kept-out": "responses have no CORS headers, and a preflight is 405 `method_not_allowed`",
    },
)  # fmt: skip

STATUS_OF_FAILURES: Assumption[Literal["200", "honest"]] = assumption(
    4, "1.4", "the HTTP status of an API failure", {
        "200": "200: clients read the envelope",
        "honest": "400 for parameters, 401 for tokens and credentials, 403 without servers, 404 for missing objects, "
        "409 for state conflicts, 422 for unsupported operations",
    },
)  # fmt: skip

FAILURE_BODY: Assumption[Literal["all-four", "code-message", "result-error"]] = assumption(
    6, "2.2", "what a failure's body has", {
        "all-four": "`result`, `code`, `message` and `error`, in agreement",
        "code-message": "only `code` and `message`, as documented",
        "result-error": "only `result` and `error`",
    },
)  # fmt: skip

WORDS_OF_REFUSALS: Assumption[Literal["prefix-and-why", "prefix-only", "why-only"]] = assumption(
    9, "2.4", "what the text of a refusal about a VM has", {
        "prefix-and-why": "`failed to request … for 12345 - why`",
        "prefix-only": "`failed to request … for 12345`, as in the newer edition",
        "why-only": "only the reason",
    },
)  # fmt: skip

TOKEN_FIRST: Assumption[Literal["token-first", "parameters-first"]] = assumption(
    10, "2.8", "whether the token or the parameters are checked first", {
        "token-first": "with both wrong, the token is refused",
        "parameters-first": "with both wrong, the parameter is refused",
    },
)  # fmt: skip

PATH_BEHIND_PHP: Assumption[Literal["answers", "unknown"]] = assumption(
    47, "1.1", "whether a module also has a path with a slash behind .php", {
        "answers": "`/vm.php/` and all paths below it are `/vm.php`, as in PHP under Apache",
        "unknown": "`/vm.php/` is 404 `unknown_module`, as in nginx with its usual pattern for PHP",
    },
)  # fmt: skip
