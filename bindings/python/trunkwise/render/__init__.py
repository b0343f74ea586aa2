"""Expense reports as text, HTML, CSV, XLSX and JSON."""

from . import csv, html, json, text, xlsx
from .style import Style

FORMATS = {"text": text.render, "html": html.render, "csv": csv.render,
           "xlsx": xlsx.render, "json": json.render}

__all__ = ["FORMATS", "Style"]
