"""Figures. Pure: results in, plotly figures out; no input is changed, nothing is read."""
