"""What each action answers: a model and an example, which the tests hold against real answers."""
