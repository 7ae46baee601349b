"""The pieces that every page is made of: header, cards, figures with table and file, empty states."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.access import Denied
from dashboards.figures import Figure
from dashboards.marts import NoRelease
from dashboards.tables import Column, Row, csv_text, guess, html_table
from dashboards.visit import Visit, begin
from dashboards.words import label, minute, safe


def page(title: str, question: str, body: Callable[[Visit], None], everywhere: bool = False) -> None:
    """One page: its header with release and "as of", then ``body``; what goes wrong is said in a sentence.

    ``everywhere`` says that its figures are of all clinics, whatever the visitor's own.
    """
    try:
        visit = begin()
        header(title, question, visit, everywhere)
        body(visit)
    except NoRelease as none:
        header(title, question, None)
        empty(str(none))
    except Denied as denied:
        header(title, question, None)
        empty(str(denied))


def header(title: str, question: str, visit: Visit | None, everywhere: bool = False) -> None:
    """The title, the question that the page answers, and which release it answers from."""
    chips = ""
    if visit is not None:
        release = visit.release
        clinic = None if everywhere else visit.scope.clinic
        where = f'<span class="mm-chip">{safe(label(clinic) if clinic else "All clinics")}</span> '
        chips = (
            f'<div>{where}<span class="mm-chip">Release {safe(release.name)} · as of '
            f"{safe(minute(release.as_of))}</span></div>"
        )
    st.html(f'<div class="mm-head"><div><h1>{safe(title)}</h1><p>{safe(question)}</p></div>{chips}</div>')


def empty(sentence: str) -> None:
    """There is nothing to show: why, and what to do."""
    st.info(sentence, icon=":material/info:")


def cards(pieces: Sequence[str]) -> None:
    """Cards side by side."""
    st.html(f'<div class="cards">{"".join(pieces)}</div>')


def card(what: str, big: str, note: str, strip: str = "", small: str = "") -> str:
    """A card: what it is about, its figure, what must be known with it."""
    tail = f" <small>{safe(small)}</small>" if small else ""
    return (
        f'<div class="card"><div class="what">{safe(what)}</div>'
        f'<div class="{"big" if len(big) < 9 else "big long"}">{safe(big)}{tail}</div>'
        f'{strip}<div class="note">{note}</div></div>'
    )


def strip(change: float, low: float, high: float, reach: float = 2.0) -> str:
    """An estimate with its interval on a line from ``-reach`` to ``reach``."""

    def at(value: float) -> float:
        return 50 + 50 * max(-1.0, min(1.0, value / reach))

    return (
        f'<div class="strip"><div class="axis"></div><div class="zero" style="left:50%"></div>'
        f'<div class="range" style="left:{at(low):.1f}%;width:{at(high) - at(low):.1f}%"></div>'
        f'<div class="point" style="left:{at(change):.1f}%"></div></div>'
    )


def figure(shown: Figure, name: str, empty_sentence: str) -> None:
    """A chart with its words for screen readers, and beside it the table and the file of the same rows."""
    if not shown.rows:
        empty(empty_sentence)
        return
    spec = shown.spec | {"height": shown.height}
    st.vega_lite_chart(
        pa.Table.from_pylist(shown.rows), spec, width="stretch", alt=shown.alt, key=f"chart-{name}"
    )
    with st.expander("Table and file of this figure"):
        table(shown.rows, guess(shown.columns), shown.alt, name)


def table(rows: Sequence[Row], columns: Sequence[Column], caption: str, name: str) -> None:
    """A table and its CSV file; ``rows`` are already guarded."""
    st.html(html_table(rows, columns, caption))
    download(rows, columns, name)


def download(rows: Sequence[Row], columns: Sequence[Column], name: str) -> None:
    """The CSV file of guarded rows."""
    st.download_button(
        "Download CSV",
        csv_text(rows, columns).encode("utf-8"),
        file_name=f"myomap-{name}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        on_click="ignore",
        icon=":material/download:",
    )


def choose(
    label: str, options: Sequence[Any], key: str, words: Callable[[Any], str] = str, first: int = 0
) -> Any:
    """A select box that keeps its choice while it is still among the options; else ``first`` of them."""
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
        if options:
            st.session_state[key] = options[min(first, len(options) - 1)]
    return st.selectbox(label, options, key=key, format_func=words)
