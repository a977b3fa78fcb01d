"""Meeting types and bookables as staff see them."""

from services.booking.model.menus import Bookable, MeetingType
from shared.contracts.api.menus import BookableView, MeetingTypeView, RevealView
from shared.contracts.reveal import Reveal


def meeting_type_view(item: MeetingType) -> MeetingTypeView:
    return MeetingTypeView(
        id=item.id,
        version=item.version,
        name=item.name,
        location=item.location,
        place=item.place,
        duration_minutes=item.duration_minutes,
        reveal=reveal_view(item.reveal),
        color=item.color,
        archived=item.archived,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )


def bookable_view(item: Bookable) -> BookableView:
    return BookableView(
        id=item.id,
        version=item.version,
        name=item.name,
        type=item.type,
        capacity=item.capacity,
        staff_id=item.staff_id,
        room_id=item.room_id,
        room_name=item.room_name,
        zoom_user_id=item.zoom_user_id,
        meeting_type_ids=item.meeting_type_ids,
        archived=item.archived,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )


def reveal_view(reveal: Reveal) -> RevealView:
    return RevealView(link=reveal.link, notices=list(reveal.notices))
