"""The ways in: browser, command line and HTTP."""
