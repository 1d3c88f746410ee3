import {
  count,
  metricRule,
  scaledValue,
  takeIn,
  type BalanceChange,
  type Disposition,
  type Ledger,
  type MetricRules,
  type RecentEvent,
  type RowChange,
  type RunChange,
  type UnitState,
} from '@liftgate/attribution';
import {
  advance,
  decodeBatch,
  receivedField,
  UNREADABLE,
  sequenceOf,
  timeOfEntry,
  type ConfigSnapshot,
  type ProducerProgress,
  type StreamBatch,
  type StreamEntry,
  type StreamEvent,
} from '@liftgate/storage';

/** What a run of stream entries does to a partition: computed here, written in one step by the store. */
export interface BatchEffect {
  readonly events: number;
  readonly newest: number;
  readonly units: ReadonlyMap<string, UnitState>;
  readonly statistics: ReadonlyMap<string, RunChange>;
  readonly balance: BalanceChange;
  readonly producers: ReadonlyMap<string, ProducerProgress>;
  readonly deadLetters: ReadonlyMap<string, string>;
}

/** The events of one unit in the batch, in order of arrival. */
interface UnitEvents {
  readonly environment: string;
  readonly events: RecentEvent[];
}

export interface BatchInput {
  readonly entries: readonly StreamEntry[];
  readonly producers: ReadonlyMap<string, ProducerProgress>;
  readonly configuration: (environment: string) => ConfigSnapshot | undefined;
  readonly loadUnits: (fields: readonly string[]) => Promise<ReadonlyMap<string, UnitState>>;
}

/** Takes stream entries in: drops the applied ones, checks every event, and moves each unit from state to state. */
export async function batchEffect({
  entries,
  producers,
  configuration,
  loadUnits,
}: BatchInput): Promise<BatchEffect> {
  const balance: BalanceChange = new Map();
  const advanced = new Map<string, ProducerProgress>();
  const deadLetters = new Map<string, string>();
  const units = new Map<string, UnitEvents>();
  let events = 0;
  let newest = 0;

  for (const entry of entries) {
    const sequence = sequenceOf(entry);
    const known = advanced.get(entry.producer) ?? producers.get(entry.producer);
    const progress = sequence === null ? null : advance(known, sequence, timeOfEntry(entry.id));
    if (progress !== null) advanced.set(entry.producer, progress);
    const batch = sequence === null ? null : decodeBatch(entry.payload);
    if (batch === null) {
      deadLetters.set(entry.id, entry.payload.slice(0, DEAD_LETTER_LENGTH));
      arrive(balance, UNREADABLE, UNREADABLE, 'rejected:undecodable');
      events++;
      continue;
    }
    events += batch.events.length;
    for (const event of batch.events) {
      newest = Math.max(newest, event.at);
      if (progress === null) arrive(balance, batch.environment, batch.source, 'duplicate');
      else accept(event, batch, configuration(batch.environment), units, balance);
    }
  }

  const before = await loadUnits([...units.keys()]);
  const ledger: Ledger = { statistics: new Map(), balance };
  const after = new Map<string, UnitState>();
  for (const [field, { environment, events: arrived }] of units) {
    const state = before.get(field);
    if (state === undefined) throw new Error(`the state of unit ${field} was not loaded`);
    const rules = rulesOf(configuration(environment));
    const next = takeIn(state, arrived, environment, rules, ledger);
    if (next !== state) after.set(field, next);
  }
  return {
    events,
    newest,
    units: after,
    statistics: ledger.statistics,
    balance,
    producers: advanced,
    deadLetters,
  };
}

const DEAD_LETTER_LENGTH = 65_536;

/** An event that goes no further than this. */
function arrive(balance: BalanceChange, environment: string, source: string, disposition: Disposition): void {
  received(balance, environment, source);
  count(balance, environment, source, disposition, 1);
}

function received(balance: BalanceChange, environment: string, source: string): void {
  const field = receivedField(environment, source);
  balance.set(field, (balance.get(field) ?? 0) + 1);
}

function accept(
  event: StreamEvent,
  batch: StreamBatch,
  snapshot: ConfigSnapshot | undefined,
  units: Map<string, UnitEvents>,
  balance: BalanceChange,
): void {
  const { environment, source } = batch;
  const checked = check(event, source, snapshot);
  if (typeof checked === 'string') {
    arrive(balance, environment, source, checked);
    return;
  }
  received(balance, environment, source);
  const unit = units.get(event.unit);
  if (unit === undefined) units.set(event.unit, { environment, events: [checked] });
  else unit.events.push(checked);
}

function check(
  event: StreamEvent,
  source: string,
  snapshot: ConfigSnapshot | undefined,
): RecentEvent | Disposition {
  const { id, at } = event;
  if (event.kind === 'exposure') {
    const flag = snapshot?.flag.get(event.flag);
    if (flag === undefined) return 'rejected:unknown_flag';
    if (!flag.variants.some((variant) => variant.name === event.variant)) return 'rejected:unknown_variant';
    if (event.forced) return 'forced';
    return {
      kind: 'exposure',
      id,
      at,
      source,
      flag: event.flag,
      phase: event.phase,
      epoch: event.epoch,
      variant: event.variant,
    };
  }
  const metric = snapshot?.metric.get(event.metric);
  if (metric === undefined) return 'rejected:unknown_metric';
  const value = scaledValue(event.value, metric);
  if (value.status !== 'ok') return `rejected:${value.status}`;
  return { kind: 'metric', id, at, source, metric: event.metric, scaled: value.scaled };
}

function rulesOf(snapshot: ConfigSnapshot | undefined): MetricRules {
  return (key) => {
    const metric = snapshot?.metric.get(key);
    return metric && metricRule(metric);
  };
}

/** Rows that really change. */
export function changedRows(rows: ReadonlyMap<string, RowChange>): Map<string, RowChange> {
  return new Map([...rows].filter(([, { n, s1, s2 }]) => n !== 0n || s1 !== 0n || s2 !== 0n));
}
