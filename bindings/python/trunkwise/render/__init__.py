"""Reports as text, HTML, CSV, XLSX and JSON."""

from . import csv, html, json, text, xlsx
from .style import Style

FORMATS = {"text": text.render, "html": html.render, "csv": csv.render,
           "xlsx": xlsx.render, "json": json.render}

# of any table (table.Table)
PAGES = {"text": text.page, "html": html.page, "csv": csv.page,
         "xlsx": xlsx.page}

__all__ = ["FORMATS", "PAGES", "Style"]
