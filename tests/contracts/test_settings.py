from pathlib import Path

import pytest

from contracts.settings import (
    VARIABLES,
    Home,
    KafkaSettings,
    Settings,
    SettingsError,
    kafka_python_options,
    settings_from,
)


def test_without_variables_everything_stays_on_this_machine() -> None:
    found = settings_from({})
    assert found == Settings(home=Home(Path(".myomap").absolute()))
    assert (found.host, found.own_broker, found.development_identity) == ("127.0.0.1", True, False)


def test_every_variable_is_read() -> None:
    given = {
        "MYOMAP_HOME": "/there",
        "MYOMAP_LAKE": "s3://archive/lake",
        "MYOMAP_BROKER": "kafka:9093",
        "MYOMAP_PARTITIONS": "12",
        "MYOMAP_RETENTION_DAYS": "90",
        "MYOMAP_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "MYOMAP_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "MYOMAP_KAFKA_SASL_USERNAME": "door",
        "MYOMAP_KAFKA_SASL_PASSWORD": "word",
        "MYOMAP_KAFKA_CA_FILE": "ca.pem",
        "MYOMAP_KAFKA_CERT_FILE": "cert.pem",
        "MYOMAP_KAFKA_KEY_FILE": "key.pem",
        "MYOMAP_HOST": "0.0.0.0",  # noqa: S104
        "MYOMAP_HTTP_PORT": "1",
        "MYOMAP_DASHBOARD_PORT": "2",
        "MYOMAP_WORKER_PORT": "3",
        "MYOMAP_WAREHOUSE_MEMORY_MB": "800",
        "MYOMAP_RELEASE_DAYS": "9",
        "MYOMAP_RELEASE_MONTHS": "5",
        "MYOMAP_MINIMUM_CELL": "20",
        "MYOMAP_DEVELOPMENT_IDENTITY": "1",
        "MYOMAP_WORKERS": "3",
        "MYOMAP_WORKER_SECRET": "sixteen-signs-or-more",
    }
    assert given.keys() == VARIABLES.keys()
    others = dict.fromkeys(given, "7") | {
        "MYOMAP_BROKER": "kafka:9094",
        "MYOMAP_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "MYOMAP_KAFKA_SASL_MECHANISM": "PLAIN",
        "MYOMAP_WORKER_SECRET": "another-secret-of-workers",
        "MYOMAP_WAREHOUSE_MEMORY_MB": "900",
    }
    for name, other in others.items():
        assert settings_from(given | {name: other}) != settings_from(given), name
    assert settings_from(given) == Settings(
        home=Home(Path("/there"), "s3://archive/lake"),
        kafka=KafkaSettings(
            "kafka:9093", "SASL_SSL", "SCRAM-SHA-512", "door", "word", "ca.pem", "cert.pem", "key.pem"
        ),
        own_broker=False,
        partitions=12,
        retention_days=90,
        host="0.0.0.0",  # noqa: S104
        http_port=1,
        dashboard_port=2,
        worker_port=3,
        minimum_cell=20,
        development_identity=True,
        workers=3,
        worker_secret="sixteen-signs-or-more",
        warehouse_memory_mb=800,
        release_days=9,
        release_months=5,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MYOMAP_PARTITIONS", "0"),
        ("MYOMAP_PARTITIONS", "many"),
        ("MYOMAP_RETENTION_DAYS", "-1"),
        ("MYOMAP_HTTP_PORT", "65536"),
        ("MYOMAP_MINIMUM_CELL", "1.5"),
        ("MYOMAP_WORKERS", "65"),
        ("MYOMAP_KAFKA_SECURITY_PROTOCOL", "TELNET"),
        ("MYOMAP_KAFKA_SASL_MECHANISM", "GUESSING"),
        ("MYOMAP_KAFKA_SASL_MECHANISM", "PLAIN"),
        ("MYOMAP_BROKER", "kafka"),
        ("MYOMAP_BROKER", "kafka:"),
        ("MYOMAP_BROKER", ":9092"),
        ("MYOMAP_BROKER", "kafka:port"),
        ("MYOMAP_BROKER", "kafka:65536"),
        ("MYOMAP_BROKER", "kafka:9092,"),
        ("MYOMAP_BROKER", "http://kafka:9092"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_it_may_be(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name} is '{value}'; it must be .*\.$"):
        settings_from({name: value})


def test_several_brokers_stand_with_commas_between() -> None:
    assert settings_from({"MYOMAP_BROKER": "a:1,b:2"}).kafka.bootstrap == "a:1,b:2"


@pytest.mark.parametrize("name", ["MECHANISM", "USERNAME", "PASSWORD"])
def test_a_login_is_whole_or_refused_with_what_is_missing(name: str) -> None:
    login = {"MECHANISM": "PLAIN", "USERNAME": "door", "PASSWORD": "word"}
    given = {f"MYOMAP_KAFKA_SASL_{each}": value for each, value in login.items() if each != name}
    with pytest.raises(SettingsError, match=rf"must come with MYOMAP_KAFKA_SASL_{name}\.$"):
        settings_from(given | {"MYOMAP_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"})


def test_an_empty_variable_counts_as_not_set() -> None:
    assert settings_from(dict.fromkeys(VARIABLES, "")) == settings_from({})
    assert settings_from({"MYOMAP_BROKER": ""}).own_broker


def test_only_what_is_set_goes_to_the_kafka_clients() -> None:
    plain = kafka_python_options(KafkaSettings("kafka:9092"))
    assert plain == {"bootstrap_servers": "kafka:9092", "security_protocol": "PLAINTEXT"}
    secured = kafka_python_options(KafkaSettings("kafka:9093", "SSL", ca_file="ca.pem"))
    assert secured["ssl_cafile"] == "ca.pem"


def test_the_password_is_never_shown() -> None:
    assert "hush" not in repr(settings_from({"MYOMAP_KAFKA_SASL_PASSWORD": "hush"}))


def test_each_room_has_a_folder_of_its_own() -> None:
    home = Home(Path("/home-folder"))
    rooms = [home.broker, home.door, home.streams, home.lake, home.marts, home.logs, home.run, home.demo]
    assert len(set(rooms)) == len(rooms)
    assert {room.parent for room in rooms} == {home.root}


def test_the_lake_may_be_a_folder_or_a_place_in_an_object_store() -> None:
    folder = settings_from({"MYOMAP_HOME": "/there", "MYOMAP_LAKE": "/archive"}).home
    assert (folder.lake, folder.lake_address) == (Path("/archive"), None)
    store = settings_from({"MYOMAP_HOME": "/there", "MYOMAP_LAKE": "s3://clinics/lake"}).home
    assert (store.lake, store.lake_address) == (Path("/there/lake-copies"), "s3://clinics/lake")
    assert settings_from({"MYOMAP_LAKE": "file:///archive"}).home.lake == Path("/archive")
    assert settings_from({"MYOMAP_HOME": "/there"}).home.lake == Path("/there/lake")


@pytest.mark.parametrize("value", ["s3://", "s3://bucket-alone", "://bucket/x", "s 3://login:hush@bucket/x"])
def test_an_address_that_is_none_is_refused_without_its_login(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^MYOMAP_LAKE cannot be used; it must be a folder") as refusal:
        settings_from({"MYOMAP_LAKE": value})
    assert "hush" not in str(refusal.value)
    assert "hush" not in repr(settings_from({"MYOMAP_LAKE": "s3://login:hush@bucket/x"}))


@pytest.mark.parametrize(
    "value", ["short", "with a blank in it", "mit-Umlauten-äöü-drin", "line\nof two lines-"]
)
def test_a_secret_that_cannot_be_sent_is_refused_without_being_said(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^MYOMAP_WORKER_SECRET cannot be used; it must be") as refusal:
        settings_from({"MYOMAP_WORKER_SECRET": value})
    assert value not in str(refusal.value)


def test_a_secret_is_not_shown_with_the_settings() -> None:
    assert "sixteen" not in repr(settings_from({"MYOMAP_WORKER_SECRET": "sixteen-signs-or-more"}))
