"""Coming in and going out: the sign-in page, links that work once, one's own account."""

from app.sign_in.account import router as account
from app.sign_in.doors import router as doors
from app.sign_in.invitation import router as invitation

ROUTERS = (doors, invitation, account)
