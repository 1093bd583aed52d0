"""How a page that is not made of views is drawn: each of its stores by the browser's function for it."""

from dash import ClientsideFunction, Dash, Input, Output, State


def draw(app: Dash, page: str, **functions: str) -> None:
    """As it comes into being by `vigie.<page>`; then store `<page>-<step>` by `vigie.<page>_<function>`.

    It comes with stores `<page>-page` (what to draw), `<page>-ready`, and one for each step.
    """
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("vigie", page),
        Output(f"{page}-ready", "data"),  # without an output, nothing would run as the page comes into being
        Input(f"{page}-page", "data"),
        State("texts", "data"),
    )
    for step, function in functions.items():
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("vigie", f"{page}_{function}"), Input(f"{page}-{step}", "data")
        )
