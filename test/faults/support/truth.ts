import { FLAGS, LISTED_USERS, METRICS, type SentEvent } from './traffic.ts';

/** What the statistics must say of one flag: exact integers as text, by variant and metric. */
export interface Truth {
  readonly quarantined: number;
  readonly exposed: Record<string, number>;
  /** `variant metric` → [n, sum, sum of squares] in units of the metric's last decimal. */
  readonly sums: Record<string, [n: number, sum: string, squares: string]>;
}

/** Where deliveries must have ended that are not repetitions. */
export interface TrueBalance {
  counted: number;
  quarantined: number;
  unattributable: number;
  forced: number;
}

/**
 * Batch recomputation, on purpose in another style than the incremental one under test: all events of a flag in one
 * table sorted by time, units walked through it once, values as whole numbers of the last decimal.
 */
export function truthOf(flag: (typeof FLAGS)[number], sent: readonly SentEvent[]): Truth {
  const rows = tableOf(flag, sent);
  const truth: Truth = { quarantined: 0, exposed: {}, sums: {} };
  for (const variant of ['control', 'treatment']) {
    truth.exposed[variant] = 0;
    for (const { key } of METRICS) truth.sums[`${variant} ${key}`] = [0, '0', '0'];
  }
  const add = (key: string, y: bigint) => {
    const [n, sum, squares] = truth.sums[key] ?? [0, '0', '0'];
    truth.sums[key] = [n + 1, String(BigInt(sum) + y), String(BigInt(squares) + y * y)];
  };
  let quarantined = 0;
  for (const events of Object.values(rows)) {
    const seen = enrolment(flag.key, events);
    if (seen === null) continue;
    if (seen.quarantined) {
      quarantined += 1;
      continue;
    }
    truth.exposed[seen.variant] = (truth.exposed[seen.variant] ?? 0) + 1;
    for (const { key, kind, decimals } of METRICS) {
      const values = events
        .filter((event) => event.metric === key && event.at >= seen.at)
        .map((event) => BigInt(Math.round((event.value ?? 0) * 10 ** decimals)));
      const total = values.reduce((a, b) => a + b, 0n);
      if (kind === 'mean') {
        if (values.length > 0) add(`${seen.variant} ${key}`, halfEven(total, values.length));
      } else if (kind === 'proportion') add(`${seen.variant} ${key}`, values.includes(1n) ? 1n : 0n);
      else add(`${seen.variant} ${key}`, total);
    }
  }
  return { ...truth, quarantined };
}

export function trueBalance(sent: readonly SentEvent[]): TrueBalance {
  const balance: TrueBalance = { counted: 0, quarantined: 0, unattributable: 0, forced: 0 };
  for (const flag of FLAGS) {
    for (const events of Object.values(tableOf(flag, sent))) {
      const seen = enrolment(flag.key, events);
      for (const event of events) {
        if (event.kind === 'exposure' && event.flag !== flag.key) continue;
        if (seen === null || event.at < seen.at) balance.unattributable += 1;
        else if (seen.quarantined) balance.quarantined += 1;
        else balance.counted += 1;
      }
    }
  }
  balance.forced = sent.filter(isForced).length;
  return balance;
}

function isForced(event: SentEvent): boolean {
  return event.flag === 'checkout' && LISTED_USERS.includes(event.user ?? '');
}

/** The events of each unit of a flag, oldest first, each id once. */
function tableOf(flag: (typeof FLAGS)[number], sent: readonly SentEvent[]): Record<string, SentEvent[]> {
  const once = [...new Map(sent.map((event) => [event.id, event])).values()];
  const concerned = once.filter(
    (event) =>
      event[flag.unit] !== undefined &&
      (event.kind === 'metric' || event.flag === flag.key) &&
      !isForced(event),
  );
  const table: Record<string, SentEvent[]> = {};
  for (const event of concerned.sort((a, b) => a.at - b.at))
    (table[event[flag.unit] ?? ''] ??= []).push(event);
  return table;
}

function enrolment(
  flag: string,
  events: readonly SentEvent[],
): { at: number; variant: string; quarantined: boolean } | null {
  const exposures = events.filter((event) => event.flag === flag);
  const [first] = exposures;
  if (first === undefined) return null;
  const variants = new Set(exposures.map(({ variant }) => variant));
  return { at: first.at, variant: first.variant ?? '', quarantined: variants.size > 1 };
}

/** total / count to the nearest whole number, halves to the even one, by trying both neighbours. */
function halfEven(total: bigint, count: number): bigint {
  const n = BigInt(count);
  let below = total / n;
  while (below * n > total) below -= 1n;
  const [low, high] = [total - below * n, (below + 1n) * n - total];
  if (low !== high) return low < high ? below : below + 1n;
  return below % 2n === 0n ? below : below + 1n;
}
