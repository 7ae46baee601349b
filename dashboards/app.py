"""The dashboards: ``streamlit run dashboards/app.py``; one page per question, shown by role."""

import streamlit as st

from contracts.settings import SettingsError
from dashboards.access import NOBODY, sentence
from dashboards.identity import identify
from dashboards.look import CSS, LOGO, MARK
from dashboards.navigation import PAGES
from dashboards.visit import SCOPE_KEY, settings


def main() -> None:
    """Style, identity, navigation, page."""
    st.set_page_config("Myomap", MARK, layout="wide", initial_sidebar_state="expanded")
    st.logo(LOGO, size="large", icon_image=MARK)
    st.html(f"<style>{CSS}</style>")
    try:
        known = settings()
    except SettingsError as wrong:
        st.error(str(wrong))
        return
    scope = identify(known)
    st.session_state[SCOPE_KEY] = scope
    if scope == NOBODY:
        st.navigation([st.Page(_closed, title="Not signed in", url_path="closed")], position="hidden").run()
        return
    pages = [
        # No page icons: the browser would fetch them as favicons from another host.
        st.Page(f"views/{name}.py", title=title, url_path=name, default=place == 0)
        for place, (name, title) in enumerate(PAGES[scope.role or ""])
    ]
    st.navigation(pages).run()


def _closed() -> None:
    st.warning(sentence(NOBODY), icon=":material/lock:")


main()
