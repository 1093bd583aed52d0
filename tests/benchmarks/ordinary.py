"""The ordinary way, to measure beside: the same page in Dash, `go.Figure`s built from SQL on the facts.

Run as `python -m tests.benchmarks.ordinary HOME PORT`. Five indicators, two Plotly charts, an agency table
and a type table, filtered by the agency clicked; every question goes to the facts in DuckDB.
"""

import sys
from pathlib import Path
from typing import Any

import duckdb
import plotly.graph_objects as go
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html

from data.snapshot import current

WHERE = " WHERE day BETWEEN DATE '2025-11-01' AND DATE '2026-10-31'"
ONE = " AND agency = $agency"
INDICATORS = """
SELECT sum(treated), sum(CASE WHEN status = 'closed' THEN treated END),
       sum(CASE WHEN status = 'closed' THEN delay_days * treated END)
       / sum(CASE WHEN status = 'closed' THEN treated END),
       avg(CASE WHEN status = 'closed' THEN (delay_days > norm_days)::INT END), sum(returns) / sum(treated)
FROM facts.cases"""
MONTHS = "SELECT date_trunc('month', day) AS month, sum(treated) FROM facts.cases"
AGENCIES = (
    "SELECT agency, avg(delay_days) AS delay, sum(returns) / sum(treated), sum(treated) FROM facts.cases"
)
TYPES = "SELECT case_type, sum(treated), avg(delay_days) FROM facts.cases"


def application(home: Path) -> Dash:
    """The application; one callback redraws everything."""
    root = duckdb.connect()
    root.execute(f"ATTACH '{current(home).facts}' AS facts (READ_ONLY)")

    def ask(text: str, agency: str | None, tail: str = "") -> list[tuple[Any, ...]]:
        given = {"agency": agency} if agency else {}
        return root.cursor().execute(text + WHERE + ONE * bool(agency) + tail, given).fetchall()

    app = Dash(__name__)
    app.layout = html.Div(
        [
            html.Div(id="kpis"),
            dcc.Graph(id="months"),
            dcc.Graph(id="dots"),
            html.Div(id="agencies"),
            html.Div(id="types"),
            dcc.Store(id="picked"),
        ]
    )

    @app.callback(
        Output("kpis", "children"),
        Output("months", "figure"),
        Output("dots", "figure"),
        Output("agencies", "children"),
        Output("types", "children"),
        Input("picked", "data"),
    )
    def draw(agency: str | None) -> tuple[Any, ...]:
        months = ask(MONTHS, agency, " GROUP BY 1 ORDER BY 1")
        network = ask(MONTHS, None, " GROUP BY 1 ORDER BY 1")
        agencies = ask(AGENCIES, None, " GROUP BY 1 ORDER BY 2 DESC")
        bars = [go.Bar(x=[m for m, _ in rows], y=[n for _, n in rows]) for rows in (network, months)]
        dots = go.Scatter(
            x=[delay for _, delay, _, _ in agencies],
            y=[rate for _, _, rate, _ in agencies],
            mode="markers",
            marker={"size": [8 + (treated % 7) for *_, treated in agencies]},
        )
        kpis = [html.Div(str(value)) for value in ask(INDICATORS, agency)[0]]
        rows = [
            html.Button(
                [html.Span(str(cell)) for cell in row[:3]], id={"row": row[0]}, className="row", title=row[0]
            )
            for row in agencies[:12]
        ]
        types = [
            html.Div([html.Span(str(cell)) for cell in row]) for row in ask(TYPES, agency, " GROUP BY 1")
        ]
        stamp = html.Span(agency or "", id="stamp")
        return [*kpis, stamp], go.Figure(bars), go.Figure(dots), rows, types

    add_clicks(app)
    return app


def add_clicks(app: Dash) -> None:
    """A click on a row picks its agency."""

    @app.callback(Output("picked", "data"), Input({"row": ALL}, "n_clicks"), State("picked", "data"))
    def pick(_clicks: list[int | None], held: str | None) -> str | None:
        found = ctx.triggered_id
        return found["row"] if found and any(_clicks) else held


if __name__ == "__main__":
    application(Path(sys.argv[1])).run(port=int(sys.argv[2]), debug=False)
