"""One run of one page: the settings, who asks, and the one release that everything on it comes from."""

import os
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from contracts.settings import Settings, settings_from
from dashboards import marts
from dashboards.access import NOBODY, Scope
from dashboards.marts import Question, Release

SCOPE_KEY: Final = "myomap_scope"


@dataclass(frozen=True)
class Visit:
    """What a page needs to ask for figures."""

    settings: Settings
    scope: Scope
    release: Release

    @property
    def minimum(self) -> int:
        """Smallest group that may be shown."""
        return self.settings.minimum_cell

    def rows(self, question: Question, **chosen: Any) -> list[dict[str, Any]]:
        """Rows of this run's release within this visitor's scope."""
        return marts.rows(self.release, self.scope, question, **chosen)


def settings() -> Settings:
    """The installation's settings."""
    return settings_from(os.environ)


def begin() -> Visit:
    """The visit of this run; raises ``NoRelease`` where there is nothing to show."""
    known = settings()
    scope = st.session_state.get(SCOPE_KEY, NOBODY)
    return Visit(known, scope, marts.current(known.home))
