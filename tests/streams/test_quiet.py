import logging

from streams.quiet import OncePer


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("aiokafka", logging.ERROR, "file", 1, message, ("detail",), None)


def test_a_message_is_let_through_again_only_after_its_time() -> None:
    now = [0.0]
    quiet = OncePer(10.0, clock=lambda: now[0])
    assert quiet.filter(record("Unable to connect to %s"))
    assert not quiet.filter(record("Unable to connect to %s"))
    assert quiet.filter(record("Heartbeat failed: %s")), "another message is not held back"
    now[0] = 10.0
    assert quiet.filter(record("Unable to connect to %s"))
