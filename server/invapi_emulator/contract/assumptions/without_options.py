"""Clauses with a choice of the emulator's own that has no options, and why."""

WHY_NO_OPTIONS = {
    "1.3": "PHP's rules for arrays; what a wrong kind of field does is refused rather than guessed",
    "2.5": "the header is the emulator's own",
    "2.6": "a client cannot depend on how an action that is not there is refused",
    "2.7": "an emulator that let malformed fields pass would teach clients what the real API refuses",
    "3.6": "the texts are documented, the reasons are the emulator's own header",
    "4.9": "no known client changes the settings of rotation (A-22, A-23 and A-24 are retired)",
    "4.13": "the defaults are the stricter options (A-29 to A-32 and A-36 are retired)",
    "4.15": "no public material shows statistics that could be read otherwise",
    "4.16": "further fields mean nothing",
    "7.1": "the emulator's own world", "7.2": "the emulator's own world",
    "8.1": "how simulated time works", "8.2": "how simulated time works", "8.3": "how simulated time works",
    "8.4": "how simulated time works", "8.5": "the emulator's own limits",
    "9.1": "clients choose by exact name; no known one sends these filters but `location`",
    "9.2": "no known client reads what is chosen here in more than one way",
    "9.3": "a client sends either a preset or a server, and gets what fits it",
    "9.6": "the emulator's own catalogue; a world may bring another",
}  # fmt: skip
