import { JavaError } from '../../util/java-error.ts';

const PARSE_EXCEPTION = 'java.text.ParseException';
/** Up to the seconds' fraction; SimpleDateFormat takes any number of digits and passes over blanks before each number. */
const MOMENT = /^[ \t]*(\d+)-[ \t]*(\d+)-[ \t]*(\d+)T[ \t]*(\d+):[ \t]*(\d+):[ \t]*(\d+)\.[ \t]*(\d+)[ \t]*/;
/** `Z`, `+hh:mm` or `+hh`; what follows is passed over. */
const ZONE = /^(?:Z|([+-])(\d\d)(?::(\d\d))?)/;
/** Days in a month; February by the year. */
const MONTH_DAYS = [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** What java.util.GregorianCalendar takes for an offset. */
const MIN_ZONE_MINUTES = -13 * 60;
const MAX_ZONE_MINUTES = 14 * 60;

/** The Gregorian calendar began on this day, after 4 October 1582 of the Julian one. */
const GREGORIAN_DAY = Date.UTC(1582, 9, 15);
const LAST_JULIAN_YEAR = 1582;

function daysIn(year: number, month: number): number {
  if (month !== 2) return MONTH_DAYS[month - 1] ?? 0;
  const isLeap = year % 4 === 0 && (year <= LAST_JULIAN_YEAR || year % 100 !== 0 || year % 400 === 0);
  return isLeap ? 29 : 28;
}

/** Midnight of a day, in UTC, in the calendar that was in use; null for the days that were left out in 1582. */
function dayMs(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getTime() >= GREGORIAN_DAY) return date.getTime();
  // Julian day number of a Julian date; source: java.util.GregorianCalendar.
  const shifted = month < 3 ? year - 1 : year;
  const months = month < 3 ? month + 9 : month - 3;
  const dayNumber = day + Math.floor((153 * months + 2) / 5) + 365 * shifted + Math.floor(shifted / 4) + 1721116.5;
  const moment = (dayNumber - 2440587.5) * DAY_MS;
  return moment < GREGORIAN_DAY ? moment : null;
}

function isOffset(minutes: number): boolean {
  return minutes >= MIN_ZONE_MINUTES && minutes <= MAX_ZONE_MINUTES;
}

function zoneOffsetMs(text: string): number | null {
  const found = ZONE.exec(text);
  if (found === null) return null;
  const [, sign, hours = 0, minutes = 0] = found;
  const direction = sign === '-' ? -1 : 1;
  const exact = direction * (Number(hours) * 60 + Number(minutes));
  if (Number(minutes) <= 59 && isOffset(exact)) return exact * MINUTE_MS;
  // Java's second attempt reads the hours alone.
  const rough = direction * Number(hours) * 60;
  return isOffset(rough) ? rough * MINUTE_MS : null;
}

/** Milliseconds since the epoch; null for what is no date. */
function parseMoment(text: string): number | null {
  const found = MOMENT.exec(text);
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milli = 0] = found.slice(1).map(Number);
  const isInRange =
    year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour <= 23 && minute <= 59;
  if (!isInRange || second > 59 || milli > 999) return null;
  const offsetMs = zoneOffsetMs(text.slice(found[0].length));
  if (offsetMs === null) return null;
  const midnight = dayMs(year, month, day);
  if (midnight === null) return null;
  const moment = midnight + hour * 3_600_000 + minute * MINUTE_MS + second * 1000 + milli - offsetMs;
  return Number.isNaN(moment) ? null : moment;
}

/**
 * Reads `--to-datetime` as Kafka does: `YYYY-MM-DDThh:mm:ss.sss` with or without a zone, which is UTC when none is given.
 * Throws JavaError (ParseException). Source: org.apache.kafka.common.utils.Utils.getDateTime, java.text.SimpleDateFormat.
 */
export function parseDateTime(text: string): number {
  const parts = /^(.*?)T*$/s.exec(text)?.[1]?.split('T') ?? [];
  const time = parts[1];
  if (time === undefined) {
    const complaint = "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format";
    throw new JavaError(PARSE_EXCEPTION, complaint);
  }
  const zoned = /[-+Z]/.test(time) ? text : `${text}Z`;
  const moment = parseMoment(zoned);
  if (moment === null) throw new JavaError(PARSE_EXCEPTION, `Unparseable date: "${zoned}"`);
  return moment;
}
