"""What the tool cannot do for its user right now, said in a sentence with what to do next."""


class Refusal(Exception):
    """Shown to the user as it is, without a traceback."""
