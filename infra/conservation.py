"""The account of every received record, from the receipts alone: nothing lost, nothing counted twice."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from contracts.settings import Settings, kafka_python_options
from contracts.topics import RECEIPTS


@dataclass(frozen=True)
class Account:
    """Records of one source; ``sent`` is what its senders say that they sent, when that is known.

    recovered: of the accepted and duplicate ones those that were rejected first and replayed later.
    """

    source: str
    received: int
    accepted: int
    duplicate: int
    rejected: int
    sent: int | None = None
    recovered: int = 0

    @property
    def holds(self) -> bool:
        """Whether each record has exactly one verdict and none that was sent is missing."""
        settled = self.received == self.accepted + self.duplicate + self.rejected
        return settled and (self.sent is None or self.received >= self.sent)


def accounts(receipts: Iterable[dict[str, Any]], sent: dict[str, int] | None = None) -> tuple[Account, ...]:
    """The account of each source; of several verdicts on one record the latest counts."""
    verdicts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for receipt in receipts:
        verdicts[receipt["source"]][receipt["record_id"]].append(receipt["verdict"])
    known = sent or {}
    names = sorted(verdicts.keys() | known.keys())
    return tuple(_account(name, verdicts[name].values(), known.get(name)) for name in names)


def _account(source: str, verdicts: Collection[Sequence[str]], sent: int | None) -> Account:
    counted = Counter(each[-1] for each in verdicts)
    return Account(
        source=source,
        received=len(verdicts),
        accepted=counted["accepted"],
        duplicate=counted["duplicate"],
        rejected=counted["rejected"],
        sent=sent,
        recovered=sum("rejected" in each and each[-1] != "rejected" for each in verdicts),
    )


def read_receipts(settings: Settings) -> Iterable[dict[str, Any]]:
    """Every receipt on the topic, in the order of each record."""
    consumer = KafkaConsumer(
        **kafka_python_options(settings.kafka), enable_auto_commit=False, max_poll_records=5000
    )
    try:
        partitions = [
            TopicPartition(RECEIPTS, each) for each in consumer.partitions_for_topic(RECEIPTS) or ()
        ]
        ends = consumer.end_offsets(partitions)
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        while any(consumer.position(each) < ends[each] for each in partitions):
            for messages in consumer.poll(timeout_ms=1000).values():
                yield from (json.loads(message.value) for message in messages)
    finally:
        consumer.close()
