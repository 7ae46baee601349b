from contracts.topics import EVENTS, LARGEST_MESSAGE, PROGRESSION, RECEIPTS, raw_topic, topics

DAY_MS = 86_400_000


def configuration(name: str, **more: int) -> dict[str, str]:
    (topic,) = [each for each in topics(["wearable"], **more) if each.name == name]
    return dict(topic.config)


def test_each_source_has_a_restricted_topic_of_its_own() -> None:
    names = [topic.name for topic in topics(["b", "a"])]
    assert names[-2:] == ["myomap.raw.a", "myomap.raw.b"]
    assert raw_topic("a") == "myomap.raw.a"
    assert len(set(names)) == len(names)
    assert all(name.startswith("myomap.") for name in names)


def test_raw_records_are_kept_seven_days_and_events_as_long_as_the_setting_says() -> None:
    week = {"cleanup.policy": "delete", "retention.ms": str(7 * DAY_MS)}
    assert configuration("myomap.raw.wearable", retention_days=90) == week
    assert configuration(EVENTS, retention_days=90)["retention.ms"] == str(90 * DAY_MS)
    assert configuration(RECEIPTS, retention_days=90)["retention.ms"] == str(30 * DAY_MS)


def test_progression_is_compacted_and_never_expires() -> None:
    kept = configuration(PROGRESSION)
    assert kept["cleanup.policy"] == "compact"
    assert "retention.ms" not in kept


def test_the_state_of_a_patient_with_a_long_history_fits_into_progression() -> None:
    assert configuration(PROGRESSION)["max.message.bytes"] == str(LARGEST_MESSAGE)


def test_the_states_of_an_erased_patient_leave_progression_within_a_week() -> None:
    assert int(configuration(PROGRESSION)["max.compaction.lag.ms"]) <= 7 * DAY_MS


def test_progression_is_compacted_soon_so_that_a_fresh_host_reads_little_more_than_the_states() -> None:
    kept = configuration(PROGRESSION)
    assert int(kept["segment.bytes"]) <= 64 * 1024 * 1024
    assert int(kept["segment.ms"]) <= DAY_MS


def test_all_topics_have_the_same_partitions_so_that_a_patient_stays_in_one() -> None:
    assert {topic.partitions for topic in topics(["wearable"], partitions=5)} == {5}


def test_keys_keep_a_patients_events_in_order() -> None:
    keys = {topic.name: topic.key for topic in topics([])}
    assert keys[EVENTS] == "patient_key"
    assert keys[PROGRESSION] == "patient_key/episode_id"
