import { dice } from './random.ts';

/** An event as it is sent over HTTP. */
export interface SentEvent {
  readonly id: string;
  readonly at: number;
  readonly kind: 'exposure' | 'metric';
  readonly user?: string;
  readonly tenant?: string;
  readonly flag?: string;
  readonly variant?: string;
  readonly metric?: string;
  readonly value?: number;
}

/** Served a fixed variant by the lists of `checkout`. */
export const LISTED_USERS = ['listed-1', 'listed-2', 'listed-3'];

export const METRICS = [
  { key: 'converted', kind: 'proportion', decimals: 0 },
  { key: 'revenue', kind: 'sum', decimals: 2 },
  { key: 'rating', kind: 'mean', decimals: 3 },
  { key: 'clicks', kind: 'count', decimals: 0 },
] as const;

/** `checkout` randomises users, `pricing` tenants; an event that names both counts for both. */
export const FLAGS = [
  { key: 'checkout', unit: 'user' },
  { key: 'pricing', unit: 'tenant' },
] as const;

const HOUR_MS = 3_600_000;

/**
 * Events of one hour in no order: most users are exposed once, some again, some to both variants, some are listed, some
 * never exposed; values before the exposure, zeros, negative and fractional ones.
 */
export function traffic(options: { seed: number; events: number; endsAt: number }): SentEvent[] {
  const { roll, between, pick, shuffled } = dice(options.seed);
  const users = Math.max(20, Math.floor(options.events / 6));
  const tenants = Math.max(8, Math.floor(users / 20));
  const tenantOf = (user: number) => `tenant-${user % tenants}`;
  const at = () => options.endsAt - between(0, HOUR_MS);
  const events: SentEvent[] = [];
  const add = (event: Omit<SentEvent, 'id' | 'at'>) =>
    events.push({ id: `${options.seed}-${events.length}`, at: at(), ...event });
  const variantOf = (unit: number) => (unit % 2 === 0 ? 'control' : 'treatment');
  while (events.length < options.events) {
    const user = between(0, users - 1);
    const name = `user-${user}`;
    const dice100 = roll() * 100;
    if (dice100 < 25) {
      const odd = user % 37 === 0 && roll() < 0.5; // saw the other variant too: quarantined
      add({ kind: 'exposure', flag: 'checkout', user: name, variant: variantOf(odd ? user + 1 : user) });
    } else if (dice100 < 32) {
      const tenant = user % tenants;
      add({
        kind: 'exposure',
        flag: 'pricing',
        tenant: tenantOf(user),
        variant: variantOf(tenant % 11 === 0 && roll() < 0.3 ? tenant + 1 : tenant),
      });
    } else if (dice100 < 34) {
      add({ kind: 'exposure', flag: 'checkout', user: pick(LISTED_USERS), variant: 'treatment' });
    } else {
      const { key, kind } = pick(METRICS);
      const value =
        kind === 'proportion'
          ? between(0, 1)
          : kind === 'count'
            ? between(0, 5)
            : kind === 'sum'
              ? between(-500, 20_000) / 100
              : between(1_000, 5_000) / 1_000;
      add({
        kind: 'metric',
        metric: key,
        value,
        user: user % 50 === 49 ? pick(LISTED_USERS) : name,
        ...(roll() < 0.4 ? { tenant: tenantOf(user) } : {}),
      });
    }
  }
  return shuffled(events);
}
