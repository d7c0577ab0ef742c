import { JavaError } from './java-error.ts';

const ILLEGAL_ARGUMENT = 'java.lang.IllegalArgumentException';
const DAY_MS = 86_400_000;
const LETTERS = 'GyYMLwWDdFEuaHkKhmsSzZX';
/** A run of one letter, a quoted text (two quotes: a quote) or any other character. */
const PIECE = /([a-zA-Z])\1*|'((?:[^']|'')*)'|[^a-zA-Z']/gs;

type Formatted = (date: Date) => string;

/**
 * Formats moments in the local time zone by a pattern of java.text.SimpleDateFormat, with English names. Throws JavaError as Java's
 * constructor does. Source: java.text.SimpleDateFormat.
 */
export function simpleDateFormat(pattern: string): (epochMs: number) => string {
  if ((pattern.match(/'/g)?.length ?? 0) % 2 === 1) throw new JavaError(ILLEGAL_ARGUMENT, 'Unterminated quote');
  const parts: Formatted[] = [];
  for (const [piece, letter, quoted] of pattern.matchAll(PIECE)) {
    if (letter !== undefined) parts.push(field(letter, piece.length));
    else {
      const text = quoted === undefined ? piece : quoted === '' ? "'" : quoted.replaceAll("''", "'");
      parts.push(() => text);
    }
  }
  return (epochMs) => {
    const date = new Date(epochMs);
    return parts.map((part) => part(date)).join('');
  };
}

function field(letter: string, count: number): Formatted {
  if (!LETTERS.includes(letter)) throw new JavaError(ILLEGAL_ARGUMENT, `Illegal pattern character '${letter}'`);
  if (letter === 'X' && count > 3) throw new JavaError(ILLEGAL_ARGUMENT, `invalid ISO 8601 format: length=${count}`);
  if (letter === 'E') return named({ weekday: count > 3 ? 'long' : 'short' });
  if (letter === 'z') return named({ timeZoneName: count > 3 ? 'long' : 'short' }, 'timeZoneName');
  if ((letter === 'M' || letter === 'L') && count > 2) return named({ month: count > 3 ? 'long' : 'short' });
  if (letter === 'G') return () => 'AD';
  if (letter === 'a') return (date) => (date.getHours() < 12 ? 'AM' : 'PM');
  if (letter === 'Z') return (date) => offset(date, '');
  if (letter === 'X') return (date) => isoOffset(date, count);
  const number = NUMBERS[letter] as (date: Date) => number;
  const isYear = letter === 'y' || letter === 'Y';
  return (date) => {
    const value = isYear && count === 2 ? number(date) % 100 : number(date);
    return String(value).padStart(count, '0');
  };
}

const NUMBERS: Readonly<Record<string, (date: Date) => number>> = {
  y: (date) => date.getFullYear(),
  Y: (date) => (date.getMonth() === 11 && weekOfYear(date) === 1 ? date.getFullYear() + 1 : date.getFullYear()),
  M: (date) => date.getMonth() + 1,
  L: (date) => date.getMonth() + 1,
  w: weekOfYear,
  W: (date) => weekOf(date.getDate(), date.getDay()),
  D: dayOfYear,
  d: (date) => date.getDate(),
  F: (date) => Math.ceil(date.getDate() / 7),
  u: (date) => date.getDay() || 7,
  H: (date) => date.getHours(),
  k: (date) => date.getHours() || 24,
  K: (date) => date.getHours() % 12,
  h: (date) => date.getHours() % 12 || 12,
  m: (date) => date.getMinutes(),
  s: (date) => date.getSeconds(),
  S: (date) => date.getMilliseconds(),
};

function dayOfYear(date: Date): number {
  const [first, today] = [
    Date.UTC(date.getFullYear(), 0, 1),
    Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()),
  ];
  return (today - first) / DAY_MS + 1;
}

/** Weeks as in the United States: they begin on Sunday, and the one with the first day in it is the first. */
function weekOf(day: number, weekday: number): number {
  const firstWeekday = (((weekday - day + 1) % 7) + 7) % 7;
  return Math.floor((day - 1 + firstWeekday) / 7) + 1;
}

function weekOfYear(date: Date): number {
  const lastOfWeek = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 6 - date.getDay());
  return lastOfWeek.getFullYear() > date.getFullYear() ? 1 : weekOf(dayOfYear(date), date.getDay());
}

function named(options: Intl.DateTimeFormatOptions, type = Object.keys(options)[0]): Formatted {
  const format = new Intl.DateTimeFormat('en-US', options);
  return (date) => format.formatToParts(date).find((part) => part.type === type)?.value ?? '';
}

function offset(date: Date, colon: string): string {
  const minutes = -date.getTimezoneOffset();
  const two = (value: number) => String(value).padStart(2, '0');
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(distance / 60))}${colon}${two(distance % 60)}`;
}

function isoOffset(date: Date, count: number): string {
  if (date.getTimezoneOffset() === 0) return 'Z';
  return count === 1 ? offset(date, '').slice(0, 3) : offset(date, count === 2 ? '' : ':');
}
