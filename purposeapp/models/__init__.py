"""What is stored: who, what they recorded, and the advice that staff own."""

from .assessment import Assessment
from .session import Session
from .tip import Tip
from .user import User

__all__ = ["Assessment", "Session", "Tip", "User"]
