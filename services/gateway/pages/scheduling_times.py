"""Free times of a page for a mail (H15): chosen, then as text and HTML with a link each."""

from fastapi import APIRouter, Request, Response

from services.gateway.identity import SignedIn
from services.gateway.pages import times
from services.gateway.pages.reader import Form, Session, staff_page
from services.gateway.pages.rendering import language_for
from services.gateway.pages.texts import text
from services.gateway.pages.typed import Mistyped, given, understood, whole_number
from services.gateway.parts import parts_of
from services.gateway.schemas.page_times import MOST_TIMES, TimesInMail, TimesText
from shared import clock
from shared.contracts.api.page_times import HostedTime, PageTimes
from shared.contracts.api.pages import PageView
from shared.problem import InvalidInput

router = APIRouter()


@router.get("/pages/{page_id}/times")
async def choose(request: Request, page_id: str, signed_in: Session) -> Response:
    return await _page(request, signed_in, page_id, request.query_params.get("duration", ""))


@router.post("/pages/{page_id}/times")
async def make(request: Request, page_id: str, signed_in: Form) -> Response:
    """Chosen ones that are gone meanwhile are said at the list."""
    form, language = await request.form(), language_for(request)
    starts = [value for value in form.getlist("starts") if isinstance(value, str)]
    duration, locale = given(form, "duration"), given(form, "locale")
    wanted = {
        "starts": starts,
        "duration": whole_number(duration, digits=5),
        "locale": locale if locale in ("ja", "en") else language,
    }
    try:
        if not 1 <= len(starts) <= MOST_TIMES:
            raise Mistyped({"starts": text(language, "scheduling.times_choose_some")})
        asked = understood(TimesInMail, wanted, language)
        made = await parts_of(request).offer_times(signed_in.caller(), page_id, asked)
    except Mistyped as mistyped:
        problem = next(iter(mistyped.errors.values()))
        return await _page(request, signed_in, page_id, duration, starts, problem=problem)
    except InvalidInput as refused:
        problem = refused.errors[0]["detail"]
        return await _page(request, signed_in, page_id, duration, starts, problem=problem)
    return await _page(request, signed_in, page_id, duration, starts, made=made, locale=asked.locale or language)


async def _page(
    request: Request,
    signed_in: SignedIn,
    page_id: str,
    duration: str,
    starts: list[str] | None = None,
    *,
    made: TimesText | None = None,
    problem: str = "",
    locale: str = "",
) -> Response:
    booking, caller, language = parts_of(request).backends.booking, signed_in.caller(), language_for(request)
    page = (await booking.page(caller, page_id)).read(PageView)
    length = whole_number(duration, digits=5)
    length = length if length in page.durations else page.durations[0]
    found: PageTimes = await booking.page_times(caller, page_id, {"duration": str(length)})
    by_day: dict[str, list[HostedTime]] = {}
    for slot in found.slots:
        by_day.setdefault(times.day(slot.start.date(), language), []).append(slot)
    return staff_page(
        request,
        signed_in,
        "staff/page_times.html",
        {
            "item": page,
            "duration": length,
            "by_day": by_day,
            "chosen": set(starts or []),
            "made": made,
            "locale": locale or language,
            "problem": problem,
            "zone_label": times.zone_label(found.time_zone, clock.now(), language),
        },
        status=422 if problem else 200,
        here=f"/pages/{page_id}/times",
    )
