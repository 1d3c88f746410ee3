import { now } from './clock.ts';

const DAY_MS = 86_400_000;
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const moment = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** "3 Nov": for axes. Days of a series are dates without a time, so they are read in UTC. */
export function shortDay(iso: string): string {
  return day.format(new Date(iso.length === 10 ? `${iso}T12:00:00` : iso));
}

/** "Tue 3 Nov" */
export function longDay(iso: string): string {
  return weekday.format(new Date(iso.length === 10 ? `${iso}T12:00:00` : iso));
}

/** "Tue 3 Nov, 14:00" */
export function dateTime(iso: string): string {
  return moment.format(new Date(iso));
}

export function ageMs(iso: string): number {
  return Math.max(0, now().getTime() - Date.parse(iso));
}

/** "4 s", "14 min", "3 h", "9 days" */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export function daysSince(iso: string): number {
  return Math.floor(ageMs(iso) / DAY_MS);
}
