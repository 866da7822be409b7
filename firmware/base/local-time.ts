/** A PBX's wall clock, without zone and perhaps without year or date, and what it is in UTC. */

export interface LocalTime {
  /** Absent where the format prints none; month and day are there together or not at all. */
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const dayMs = 86_400_000;

/** Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant's days_from_civil). */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
    + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysIn(year: number, month: number): number {
  const next = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1);
  return next - daysFromCivil(year, month, 1);
}

export function isLocalTime(local: LocalTime): boolean {
  const { year = 2_024, month = 1, day = 1, hour, minute, second } = local;
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
    && hour <= 23 && minute <= 59 && second <= 59;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
/** Zones in use at once; one per link, so never more than a few. */
const formattersMax = 64;

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone, hourCycle: "h23", era: "narrow", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  if (formatters.size >= formattersMax) formatters.clear();
  formatters.set(timeZone, made);
  return made;
}

export function isTimeZone(timeZone: string): boolean {
  try {
    formatter(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** The wall clock of `timeZone` at `atMs`, as if it were UTC. */
function wallMs(atMs: number, timeZone: string): number {
  const shown = shownAt(atMs, timeZone);
  return asIfUtc(shown, shown.year);
}

/** What a clock in `timeZone` shows at `atMs`. */
export function shownAt(atMs: number, timeZone: string): Required<LocalTime> {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatter(timeZone).formatToParts(atMs)) {
    parts[type] = Number(value);
  }
  const part = (name: string): number => parts[name] ?? 0;
  return { year: part("year"), month: part("month"), day: part("day"), hour: part("hour"),
    minute: part("minute"), second: part("second") };
}

type Dated = LocalTime & { readonly month: number; readonly day: number };

function asIfUtc(local: Dated, year: number): number {
  return daysFromCivil(year, local.month, local.day) * dayMs
    + ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000;
}

/** All moments at which the zone's clocks show `local`: one, two in autumn, none in spring. */
function moments(shownMs: number, timeZone: string): readonly number[] {
  const offsets = new Set([shownMs - dayMs, shownMs, shownMs + dayMs]
    .map((aroundMs) => wallMs(aroundMs, timeZone) - aroundMs));
  return [...offsets].map((offset) => shownMs - offset)
    .filter((ms) => wallMs(ms, timeZone) === shownMs).sort((a, b) => a - b);
}

/** The year that brings a date without one nearest to now; New Year is where it matters. */
function nearestYear(local: Dated, nowMs: number, timeZone: string): number {
  const nowShownMs = wallMs(nowMs, timeZone);
  let year = 1_970 + Math.floor(nowShownMs / (365.2425 * dayMs));
  let bestMs = Number.POSITIVE_INFINITY;
  for (const candidate of [year - 1, year, year + 1]) {
    if (!isLocalTime({ ...local, year: candidate })) continue;
    const distanceMs = Math.abs(asIfUtc(local, candidate) - nowShownMs);
    if (distanceMs < bestMs) {
      bestMs = distanceMs;
      year = candidate;
    }
  }
  return year;
}

/** A time without a date is that of the day which brings it nearest to now. */
function dated(local: LocalTime, nowMs: number, timeZone: string): Dated {
  const { month, day } = local;
  if (month !== undefined && day !== undefined) return { ...local, month, day };
  const nowShownMs = wallMs(nowMs, timeZone);
  const days = [-1, 0, 1].map((away) => {
    const { year, month: on, day: at } = shownAt(nowMs + away * dayMs, timeZone);
    return { ...local, year, month: on, day: at };
  });
  const awayMs = (each: Required<LocalTime>): number =>
    Math.abs(asIfUtc(each, each.year) - nowShownMs);
  return days.reduce((best, each) => awayMs(each) < awayMs(best) ? each : best);
}

/** How far apart order and clock may be before the order of lines counts for more. */
const orderSlackMs = 90_000;

/**
 * Milliseconds since 1970 UTC. In the hour that summer time ends twice, the moment is that nearest
 * to the line's arrival; of lines printed later, that which keeps them in the order of printing.
 */
export function momentOf(
  printed: LocalTime, timeZone: string, arrivedMs: number, previousMs: number | undefined,
): number {
  const local = dated(printed, arrivedMs, timeZone);
  const year = local.year ?? nearestYear(local, arrivedMs, timeZone);
  const shownMs = asIfUtc(local, year);
  const [early, late] = moments(shownMs, timeZone);
  if (early === undefined) {
    // A clock that shows a time skipped in spring has not been put forward yet.
    return shownMs - (wallMs(shownMs - dayMs, timeZone) - (shownMs - dayMs));
  }
  if (late === undefined) return early;
  if (previousMs !== undefined && early < previousMs - orderSlackMs
    && previousMs <= late + orderSlackMs) return late;
  if (arrivedMs > late + (late - early)) return early;
  return Math.abs(late - arrivedMs) < Math.abs(early - arrivedMs) ? late : early;
}
