"""The models: people, what they record and want, and the advice that staff write."""

from purposeapp.advice.life_events import LifeEvent

from .assessment import Assessment
from .community_picture import CommunityPicture
from .goal import Goal
from .outgoing_mail import OutgoingMail
from .portrait_part import PortraitPart
from .reminder import Reminder
from .room import Room
from .room_answer import RoomAnswer
from .room_picture import RoomPicture
from .session import Session
from .talk import Talk
from .talk_answer import TalkAnswer
from .talk_note import TalkNote
from .talk_question import TalkQuestion
from .tick import Tick
from .tip import Tip
from .user import User

__all__ = [
    "Assessment",
    "CommunityPicture",
    "Goal",
    "LifeEvent",
    "OutgoingMail",
    "PortraitPart",
    "Reminder",
    "Room",
    "RoomAnswer",
    "RoomPicture",
    "Session",
    "Talk",
    "TalkAnswer",
    "TalkNote",
    "TalkQuestion",
    "Tick",
    "Tip",
    "User",
]
