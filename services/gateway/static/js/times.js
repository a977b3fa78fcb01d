// Wall-clock times of one IANA zone, and slots as people read them (the same words as the server's).

const WEEKDAYS = { ja: [..."日月火水木金土"], en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] };
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number) => String(number).padStart(2, "0");

// {year, month, day, hour, minute, weekday} of an instant in a zone.
export function wall(instant, zone) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
  });
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const weekday = new Date(Date.UTC(part.year, part.month - 1, part.day)).getUTCDay();
  return { year: part.year, month: part.month, day: part.day, hour: part.hour, minute: part.minute, weekday };
}

// The instant at which clocks in `zone` show "2026-12-01" "13:00".
export function instantOf(date, time, zone) {
  const asUtc = new Date(`${date}T${time}:00Z`);
  if (Number.isNaN(asUtc.getTime())) return null;
  let instant = asUtc;
  for (let round = 0; round < 2; round += 1) instant = new Date(asUtc.getTime() - offsetOf(instant, zone));
  return instant;
}

const HALF_A_DAY = 12 * 3_600_000;

// From "23:30" to "00:30" on "2026-12-01": an end past midnight is on the next day; one that far away is a slip, and
// stays one.
export function spanOf(date, from, to, zone) {
  const [start, end] = [from, to].map((time) => instantOf(date, time, zone));
  const next = instantOf(dayAfter(date), to, zone);
  return { start, end: end < start && next - start < HALF_A_DAY ? next : end };
}

function dayAfter(date) {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

function offsetOf(instant, zone) {
  const here = wall(instant, zone);
  const shown = Date.UTC(here.year, here.month - 1, here.day, here.hour, here.minute);
  return shown - Math.floor(instant.getTime() / 60_000) * 60_000;
}

// "2026-12-01" and "13:00", as date and time inputs want them.
export function dateInput(instant, zone) {
  const { year, month, day } = wall(instant, zone);
  return `${year}-${two(month)}-${two(day)}`;
}

export function timeInput(instant, zone) {
  const { hour, minute } = wall(instant, zone);
  return `${two(hour)}:${two(minute)}`;
}

export function dayText(instant, zone, language) {
  const { year, month, day, weekday } = wall(instant, zone);
  if (language === "ja") return `${year}年${month}月${day}日(${WEEKDAYS.ja[weekday]})`;
  return `${WEEKDAYS.en[weekday]}, ${day} ${MONTHS[month - 1]} ${year}`;
}

// 12/1(火) · Tue, 1 Dec: over a day's column.
export function dayHead(instant, zone, language) {
  const { month, day, weekday } = wall(instant, zone);
  const name = WEEKDAYS[language][weekday];
  return language === "ja" ? `${month}/${day}(${name})` : `${name}, ${day} ${MONTHS[month - 1]}`;
}

// R8: 2026年12月1日(火) 13:00 ～ 14:00 · Tue, 1 Dec 2026 13:00 – 14:00
export function slotText(slot, zone, language) {
  return `${dayText(slot.start, zone, language)} ${hours(slot, zone, language)}`;
}

// 13:00 ～ 14:00
export function hours(slot, zone, language) {
  const dash = language === "ja" ? "～" : "–";
  const sameDay = dateInput(slot.start, zone) === dateInput(slot.end, zone);
  const end = sameDay ? timeInput(slot.end, zone) : `${dayText(slot.end, zone, language)} ${timeInput(slot.end, zone)}`;
  return `${timeInput(slot.start, zone)} ${dash} ${end}`;
}

// Whether a slot lies on one day, which midnight ends.
export function withinDay(slot, zone) {
  return dateInput(slot.start, zone) === dateInput(new Date(slot.end.getTime() - 1), zone);
}

// Whether a span is whole days of a zone: from midnight to midnight.
export function wholeDays(slot, zone) {
  return slot.end > slot.start && [slot.start, slot.end].every((at) => timeInput(at, zone) === "00:00");
}

// RFC 3339 in UTC.
export const iso = (instant) => instant.toISOString().replace(".000Z", "Z");
