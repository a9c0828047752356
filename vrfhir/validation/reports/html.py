"""One HTML file that needs no network: findings grouped by file, filtered by severity and by words.

Everything from the input is escaped, and a content security policy allows the one style and the one script written here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape

from vrfhir import __version__
from vrfhir.issues import SEVERITIES, Issue
from vrfhir.validation.reports.checked import Checked, Summary, counted, verdict
from vrfhir.validation.reports.excerpts import visible

__all__ = ["render"]

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--fatal:#b00020;--error:#c62828;--warning:#a15c00;--information:#1565c0;--good:#2e7d32}
@media(prefers-color-scheme:dark){:root{--fatal:#ff8a80;--error:#ff8a80;--warning:#ffcc80;--information:#90caf9;--good:#a5d6a7}}
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
form{display:flex;flex-wrap:wrap;gap:1rem;padding:.5rem 0;position:sticky;top:0;background:Canvas}
input[type=search]{flex:1;min-width:12rem;font:inherit;padding:.2rem .5rem}
details{border-top:1px solid var(--line);padding:.4rem 0}summary{cursor:pointer;font-weight:600;overflow-wrap:anywhere}
article{margin:.6rem 0 .6rem 1rem;padding-left:.6rem;border-left:3px solid var(--line)}article p{margin:.1rem 0}
.fatal{border-color:var(--fatal)}.error{border-color:var(--error)}.warning{border-color:var(--warning)}
.information{border-color:var(--information)}.severity{font-weight:600}
.fatal .severity{color:var(--fatal)}.error .severity{color:var(--error)}.warning .severity{color:var(--warning)}
.information .severity{color:var(--information)}.good{color:var(--good)}.bad{color:var(--error)}
code,pre{font:.85em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}pre{overflow-x:auto;margin:.2rem 0}.hint{font-style:italic}
[hidden]{display:none}
"""
_SCRIPT = """
const form=document.querySelector('form'),words=form.querySelector('[type=search]');
function filter(){const wanted=words.value.toLowerCase(),on={};
for(const box of form.querySelectorAll('[type=checkbox]'))on[box.value]=box.checked;
for(const file of document.querySelectorAll('details')){let shown=0;const rows=file.querySelectorAll('article');
for(const row of rows){const keep=on[row.dataset.severity]&&(file.dataset.name+' '+row.textContent).toLowerCase().includes(wanted);
row.hidden=!keep;shown+=keep}
file.hidden=rows.length?!shown:!(on.valid&&file.dataset.name.toLowerCase().includes(wanted))}}
form.addEventListener('input',filter);form.addEventListener('submit',e=>e.preventDefault());filter();
"""


def render(checked: Sequence[Checked], summary: Summary) -> str:
    """The whole run as one page."""
    return "".join(_page(checked, summary))


def _page(checked: Sequence[Checked], summary: Summary) -> Iterator[str]:
    policy = f"default-src 'none'; style-src '{_hash(_STYLE)}'; script-src '{_hash(_SCRIPT)}'"
    title = f"{summary.checked} checked, {summary.not_valid} not valid"
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>vrfhir: {title}</title><style>{_STYLE}</style></head><body>\n"
    yield f'<h1 class="{"bad" if summary.not_valid else "good"}">{title}</h1>\n<p>{_totals(checked, summary)}</p>\n'
    yield _form()
    for each in checked:
        yield from _resource(each)
    for entry in summary.stale:
        yield f"<p>Stale in the baseline: <code>{_text(entry)}</code></p>\n"
    yield f"<footer><p>vrfhir {__version__}</p></footer>\n<script>{_SCRIPT}</script></body></html>\n"


def _totals(checked: Sequence[Checked], summary: Summary) -> str:
    found = [(sum(each.report.count(severity) for each in checked), severity) for severity in SEVERITIES]
    words = [counted(number, severity) for number, severity in found if number]
    if summary.accepted:
        words.append(f"{counted(summary.accepted, 'issue')} accepted by the baseline")
    return ", ".join(words) or "No findings."


def _form() -> str:
    boxes = "".join(
        f'<label><input type="checkbox" value="{name}" checked> {name}</label>' for name in (*SEVERITIES, "valid")
    )
    return f'<form>{boxes}<input type="search" aria-label="filter by words" placeholder="filter by file, rule, words"></form>\n'


def _resource(checked: Checked) -> Iterator[str]:
    report = checked.report
    name = _text(checked.name)
    state = "" if report.valid else " open"
    yield f'<details data-name="{name}"{state}><summary>{name} '
    yield f'<span class="{"good" if report.valid else "bad"}">{_text(verdict(report))}</span></summary>\n'
    for issue in report.issues:
        yield _issue(checked, issue)
    yield "</details>\n"


def _issue(checked: Checked, issue: Issue) -> str:
    line = checked.line(issue)
    place = f"{line}:{issue.column} " if line is not None else ""
    parts = [
        f'<article class="{issue.severity}" data-severity="{issue.severity}"><p><span class="severity">{issue.severity}</span>'
        f" {place}<code>{_text(issue.expression)}</code> <code>[{_text(issue.id)}]</code></p><p>{_text(issue.text)}</p>"
    ]
    shown = checked.excerpts.get((issue.line or 0, issue.column or 0))
    if shown is not None:
        parts.append(f"<pre>{_text(shown[0])}\n{_text(shown[1])}</pre>")
    if issue.hint:
        parts.append(f'<p class="hint">{_text(issue.hint)}</p>')
    return "".join(parts) + "</article>\n"


def _text(text: str) -> str:
    return escape(visible(text), quote=True)


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
