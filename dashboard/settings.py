"""Streamlit's settings, whatever files there are: what protects the pages, and how they look.

``.streamlit/config.toml`` repeats them for ``streamlit run dashboard/app.py`` in a checkout, whose
pages are read-only; a test holds both equal.
"""

from collections.abc import Mapping

SECURITY: Mapping[str, Mapping[str, object]] = {
    "server": {"enableXsrfProtection": True, "enableCORS": True, "maxUploadSize": 1},
    "browser": {"gatherUsageStats": False},
    "client": {
        "showErrorDetails": "none",
        "toolbarMode": "viewer",
        "showSidebarNavigation": True,
    },
    "runner": {"magicEnabled": False},
}
THEME: Mapping[str, object] = {
    "font": "sans-serif",
    "headingFontSizes": ["1.9rem", "1.1rem", "1.1rem"],
    "headingFontWeights": [700, 600, 600],
    "metricValueFontSize": "1.75rem",
    "baseRadius": "0.6rem",
    "showWidgetBorder": True,
    "light": {
        "primaryColor": "#4f46e5",
        "backgroundColor": "#ffffff",
        "secondaryBackgroundColor": "#f4f6fa",
        "textColor": "#1e2433",
        "borderColor": "#d9dee8",
        "linkColor": "#4338ca",
        "greenColor": "#0f766e",
        "greenTextColor": "#0b5f59",
        "orangeColor": "#c2410c",
        "orangeTextColor": "#a83a0b",
        "violetColor": "#4f46e5",
        "grayColor": "#64748b",
        "grayTextColor": "#4b5768",
    },
    "dark": {
        "primaryColor": "#6163ee",
        "backgroundColor": "#0f1219",
        "secondaryBackgroundColor": "#1a1f2b",
        "textColor": "#e8ebf2",
        "borderColor": "#2c3342",
        "linkColor": "#a5a6ff",
        "greenColor": "#2dd4bf",
        "greenTextColor": "#5eead4",
        "orangeColor": "#fb923c",
        "orangeTextColor": "#fdba74",
        "violetColor": "#8b8cff",
        "grayColor": "#94a3b8",
        "grayTextColor": "#a9b4c6",
    },
}
"""Of everything but figures, whose colours are in ``charts/theme.py``."""
