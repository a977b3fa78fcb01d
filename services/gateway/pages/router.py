"""All pages of the gateway."""

from fastapi import APIRouter

from services.gateway.pages import (
    account,
    appointments,
    book,
    calendars,
    connections,
    contacts,
    edit_details,
    embed,
    guest,
    guest_invite,
    invite,
    join,
    link_by_hand,
    mail_templates,
    manage,
    members,
    menus,
    occurrences,
    outcomes,
    proposals,
    propose,
    remembered_guest,
    schedules,
    scheduling,
    scheduling_editor,
    scheduling_times,
    session,
    settings,
    setup,
    today,
    zoom_account,
    zoom_users,
)


def build_pages_router() -> APIRouter:
    """Handlers find the parts through their request, like the API's."""
    router = APIRouter(include_in_schema=False)
    for module in (
        session,
        setup,
        invite,
        guest,
        book,
        remembered_guest,
        manage,
        embed,
        guest_invite,
        join,
        calendars,
        connections,
        contacts,
        edit_details,
        link_by_hand,
        occurrences,
        outcomes,
        propose,
        proposals,
        schedules,
        appointments,
        today,
        settings,
        zoom_account,
        zoom_users,
        mail_templates,
        members,
        menus,
        scheduling_times,
        scheduling_editor,
        scheduling,
        account,
    ):
        router.include_router(module.router)
    return router
