from infra.broker import BrokerError
from infra.cli import is_known
from infra.jars import JarsError
from infra.refusal import Refusal
from infra.topics import TopicsError


def test_a_refusal_is_shown_as_it_was_written() -> None:
    assert str(Refusal("The port is taken. Free it.")) == "The port is taken. Free it."


def test_every_kind_of_refusal_reaches_the_user_without_a_traceback() -> None:
    assert all(is_known(kind("why")) for kind in (Refusal, BrokerError, JarsError, TopicsError))
