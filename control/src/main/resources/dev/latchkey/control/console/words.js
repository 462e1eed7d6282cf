// Times, amounts and names in words.

/** What does not show, or steers the text around it: as the control plane refuses it in new names. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]|(?<=^[\p{Mn}\p{Me}]*|[\p{Mn}\p{Me}]{3})[\p{Mn}\p{Me}]/gu;
const escaped = (character) => `\\u${character.codePointAt(0).toString(16).padStart(4, '0')}`;

/** Returns `text` with an escape for each character of it that does not show. */
export const visible = (text) => text.replace(HIDDEN, escaped);

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const MOMENT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });
const DISTANCE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const UNITS = [
  [365 * DAY, 'year'],
  [30 * DAY, 'month'],
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
];

export const date = (time) => DATE.format(new Date(time));
export const moment = (time) => MOMENT.format(new Date(time));
export const exact = (time) => EXACT.format(new Date(time));

/** `3 minutes ago`, `in 12 days`, `just now`. */
export function distance(time, now = Date.now()) {
  const away = new Date(time).getTime() - now;
  for (const [length, unit] of UNITS) {
    if (Math.abs(away) >= length) {
      return DISTANCE.format(Math.trunc(away / length), unit);
    }
  }
  return away > 0 ? 'in less than a minute' : 'just now';
}

export const count = (number, thing) => `${number} ${thing}${number === 1 ? '' : 's'}`;

/** A duration as the API wants it. */
export const seconds = (number) => `${number}s`;

/** The end of a day, given as `2027-01-31`, where the person is; '' if there is no such day. */
export function endOfDay(day) {
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? '' : end.toISOString();
}

/** Tomorrow as a date field wants it. */
export function tomorrow() {
  const day = new Date(Date.now() + DAY);
  const two = (number) => String(number).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
