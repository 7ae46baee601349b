"""The verb ``myomap topics``."""

import typer

from infra.report import AsJson, print_json, print_table


def topics(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Make the topics that are missing, and show all with partitions and what they keep."""
    from contracts.registry import load
    from infra.connection import broker_for
    from infra.topics import ensure_topics, topic_states

    registry = load()
    with broker_for(ctx.obj) as settings:
        made = ensure_topics(settings, registry)
        states = topic_states(settings, registry)
    if as_json:
        print_json({"made": made, "topics": states})
        return
    print_table(
        "Topics",
        ("topic", "key", "partitions", "kept"),
        [(state.name, state.key, state.partitions, _kept(state.config)) for state in states],
    )


def _kept(config: dict[str, str]) -> str:
    if config.get("cleanup.policy") == "compact":
        return "the last value of each key"
    days = int(config["retention.ms"]) / 86_400_000
    return f"{days:g} days"
