"""Sign-in with the organisation's account: OpenID Connect, its groups, its accounts here."""
