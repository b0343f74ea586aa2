"""Expense reports as text, HTML, CSV, XLSX and JSON."""

from . import csv, html, json, text, xlsx

FORMATS = {"text": text.render, "html": html.render, "csv": csv.render,
           "xlsx": xlsx.render, "json": json.render}
