import ssl
from pathlib import Path

import pytest

from contracts.settings import Home, KafkaSettings, Settings
from streams.configuration import GROUP, configuration, instance_id, tls_context


def settings(port: int = 6066, home: str = "home", **kafka: object) -> Settings:
    return Settings(Home(Path(home)), KafkaSettings(**kafka), worker_port=port)  # type: ignore[arg-type]


def test_faust_is_never_asked_to_keep_a_table_or_to_make_a_topic() -> None:
    given = configuration(settings())
    assert given["store"] == "memory://"
    assert given["topic_disable_leader"] is True
    assert given["topic_allow_declare"] is False


def test_every_broker_of_the_settings_is_named() -> None:
    given = configuration(settings(bootstrap="one:9092,two:9092"))
    assert given["broker"] == "kafka://one:9092;kafka://two:9092"


def test_the_web_page_is_bound_where_the_settings_say() -> None:
    given = configuration(settings(port=7001))
    assert (given["web_bind"], given["web_port"]) == ("127.0.0.1", 7001)


def test_the_pages_do_not_wait_for_the_fold() -> None:
    assert configuration(settings())["web_in_thread"] is True


def test_faust_serves_no_pages_of_its_own() -> None:
    given = configuration(settings())
    assert {given[f"web_{each}_enabled"] for each in ("router", "tables", "stats")} == {False}


def test_a_worker_may_be_silent_for_less_time_than_a_call_may_take() -> None:
    given = configuration(settings())
    assert given["broker_session_timeout"] <= given["broker_request_timeout"]
    assert given["broker_session_timeout"] <= given["broker_rebalance_timeout"]


def test_a_worker_keeps_its_name_in_the_group_and_no_two_share_one() -> None:
    assert instance_id(settings()) == instance_id(settings())
    names = {instance_id(settings()), instance_id(settings(port=6067)), instance_id(settings(home="other"))}
    assert len(names) == 3
    assert all(name.startswith(f"{GROUP}-") for name in names)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT"])
def test_without_tls_there_is_no_context(protocol: str) -> None:
    assert tls_context(KafkaSettings(security_protocol=protocol)) is None


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_with_tls_the_brokers_certificate_is_checked(protocol: str) -> None:
    context = tls_context(KafkaSettings(security_protocol=protocol))
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
