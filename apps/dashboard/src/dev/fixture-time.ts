/** The fixtures live on one fixed day. */
export const FIXTURE_NOW = new Date('2026-11-24T14:00:00.000Z');
const DAY_MS = 86_400_000;

export function daysAgo(days: number): string {
  return new Date(FIXTURE_NOW.getTime() - days * DAY_MS).toISOString();
}
