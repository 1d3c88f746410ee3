import type { Random } from './random.ts';

const HOUR_MS = 3_600_000;
/** How busy an hour of the day is (UTC), against the busiest. */
const HOURS = [2, 1, 1, 1, 1, 2, 5, 14, 38, 62, 74, 78, 70, 76, 82, 86, 90, 96, 100, 88, 64, 38, 18, 7];
/** And a day of the week, from Sunday. */
const WEEKDAYS = [52, 96, 100, 99, 95, 88, 60];

/** A moment between two, as people come by: few at night, more in the evening, fewer at weekends. */
export function momentBetween(from: number, to: number, random: Random): number {
  for (let attempt = 0; attempt < 200; attempt++) {
    const at = Math.floor(from + random() * (to - from));
    if (random() < busyness(at)) return at;
  }
  return Math.floor(from);
}

function busyness(at: number): number {
  const time = new Date(at);
  const hour = time.getUTCHours();
  const through = (at % HOUR_MS) / HOUR_MS;
  const now = HOURS[hour] ?? 0;
  const next = HOURS[(hour + 1) % 24] ?? 0;
  return ((now + (next - now) * through) / 100) * ((WEEKDAYS[time.getUTCDay()] ?? 0) / 100);
}
