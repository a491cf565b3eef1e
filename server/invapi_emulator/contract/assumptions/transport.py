"""Assumptions about paths, forms and envelopes (clauses 1 and 2)."""

from invapi_emulator.contract.assumptions.assumption import assumption

PATH_WITHOUT_PHP = assumption(
    1, "1.1", "whether a module is also at its path without .php",
    answers="`/vm` is `/vm.php`", unknown="`/vm` is 404 `unknown_module`",
)  # fmt: skip

MULTIPART = assumption(
    2, "1.2", "whether a body of type multipart/form-data is read",
    read="it is read, as PHP does", refused="it is 415 `unsupported_media_type`",
)  # fmt: skip

PAGES_OF_OTHER_ORIGINS = assumption(
    3, "1.5", "whether web pages of other origins may call the modules",
    allowed="CORS is open, preflight included",
    kept_out="answers have no CORS headers, and a preflight is 405 `method_not_allowed`",
)  # fmt: skip

STATUS_OF_FAILURES = assumption(
    4, "1.4", "the HTTP status of an API failure",
    _200="200: clients read the envelope",
    honest="400 for parameters, 401 for tokens and credentials, 403 without servers, 404 for what is not there, "
    "409 for what cannot be now, 422 for what a VM cannot do",
)  # fmt: skip

FAILURE_BODY = assumption(
    6, "2.2", "what a failure's body has",
    all_four="`result`, `code`, `message` and `error`, agreeing",
    code_message="`code` and `message` alone, as documented",
    result_error="`result` and `error` alone",
)  # fmt: skip

WORDS_OF_REFUSALS = assumption(
    9, "2.4", "what the text of a refusal about a VM has",
    prefix_and_why="`failed to request … for 12345 - why`",
    prefix_only="`failed to request … for 12345`, as the newer edition prints it",
    why_only="the reason alone",
)  # fmt: skip

TOKEN_FIRST = assumption(
    10, "2.8", "whether the token or the parameters are looked at first",
    token_first="with both wrong, the token is refused",  # noqa: S106 - words about it
    parameters_first="with both wrong, the parameter is refused",
)  # fmt: skip
