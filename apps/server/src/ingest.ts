import {
  eventInputSchema,
  scaledValue,
  unitsOf,
  type EventInput,
  type LiftgateEvent,
} from '@liftgate/attribution';
import type { Flag } from '@liftgate/flags';
import type { ConfigSnapshot, OutgoingDelivery } from '@liftgate/storage';
import { valueAt, withValue } from './shown-value.ts';

/** Why an event was refused; everything else of its batch counts. */
export interface RefusedEvent {
  /** Position in the batch, from 0. */
  readonly index: number;
  readonly id?: string;
  readonly field: string;
  readonly reason: RefusalReason;
  readonly message: string;
}

export type RefusalReason =
  | 'invalid'
  | 'time_out_of_range'
  | 'environment_not_allowed'
  | 'unknown_flag'
  | 'unknown_variant'
  | 'unknown_epoch'
  | 'unknown_metric'
  | 'unit_missing'
  | 'value_not_allowed'
  | 'value_out_of_range';

export interface IngestContext {
  readonly environment: string;
  readonly source: string;
  readonly snapshot: ConfigSnapshot;
  readonly now: Date;
}

export interface Ingested {
  readonly accepted: number;
  readonly deliveries: readonly OutgoingDelivery[];
  readonly refused: readonly RefusedEvent[];
}

const OLDEST_MS = 90 * 24 * 60 * 60 * 1000;
const NEWEST_MS = 10 * 60 * 1000;

/** Checks each event of a batch and fills in what it leaves out. A pure function of the batch and the snapshot. */
export function ingest(items: readonly unknown[], context: IngestContext): Ingested {
  const units = randomisedUnits(context.snapshot);
  const deliveries: OutgoingDelivery[] = [];
  const refused: RefusedEvent[] = [];
  items.forEach((item, index) => {
    const checked = check(item, context, units);
    if ('deliveries' in checked) deliveries.push(...checked.deliveries);
    else refused.push({ index, ...idOf(item), ...checked });
  });
  return { accepted: items.length - refused.length, deliveries, refused };
}

/** Whether anything was refused for naming something that a moment ago may not have existed yet. */
export function namesUnknown(refused: readonly RefusedEvent[]): boolean {
  return refused.some(({ reason }) => reason.startsWith('unknown_'));
}

type Refusal = Omit<RefusedEvent, 'index' | 'id'>;
type Checked = { readonly deliveries: readonly OutgoingDelivery[] } | Refusal;

function check(item: unknown, context: IngestContext, randomised: ReadonlySet<string>): Checked {
  const parsed = eventInputSchema.safeParse(item);
  if (!parsed.success) return invalid(parsed.error.issues[0], item);
  const input = parsed.data;
  if (input.environment !== undefined && input.environment !== context.environment) {
    return refuse(
      'environment',
      'environment_not_allowed',
      `must be "${context.environment}" here, got "${input.environment}"`,
    );
  }
  const time = timeProblem(input.at, context);
  if (time !== null) return refuse('at', 'time_out_of_range', time);
  return input.kind === 'exposure' ? checkExposure(input, context) : checkMetric(input, context, randomised);
}

function checkExposure(input: Extract<EventInput, { kind: 'exposure' }>, context: IngestContext): Checked {
  const flag = context.snapshot.flag.get(input.flag);
  if (flag === undefined)
    return refuse('flag', 'unknown_flag', `no flag "${input.flag}" in ${context.environment}`);
  if (!flag.variants.some((variant) => variant.name === input.variant)) {
    const names = flag.variants.map((variant) => `"${variant.name}"`).join(', ');
    return refuse('variant', 'unknown_variant', `flag "${flag.key}" has ${names}, got "${input.variant}"`);
  }
  if ((input.epoch ?? 1) > flag.epoch || (input.phase ?? 1) > flag.phase) {
    const field = (input.epoch ?? 1) > flag.epoch ? 'epoch' : 'phase';
    return refuse(
      field,
      'unknown_epoch',
      `flag "${flag.key}" is in epoch ${flag.epoch} of phase ${flag.phase}, got ${field} ${input[field]}`,
    );
  }
  const units = unitsOf(input);
  const unit = Object.hasOwn(units, flag.unit) ? units[flag.unit] : undefined;
  if (unit === undefined)
    return refuse(
      flag.unit,
      'unit_missing',
      `flag "${flag.key}" splits by ${flag.unit}, and the event has none`,
    );
  const event: LiftgateEvent = {
    ...envelopeOf(input, context, units),
    kind: 'exposure',
    flag: flag.key,
    variant: input.variant,
    epoch: input.epoch ?? flag.epoch,
    phase: input.phase ?? flag.phase,
  };
  return { deliveries: [{ unitName: flag.unit, unit, event, forced: isListed(flag, units) }] };
}

function checkMetric(
  input: Extract<EventInput, { kind: 'metric' }>,
  context: IngestContext,
  randomised: ReadonlySet<string>,
): Checked {
  const metric = context.snapshot.metric.get(input.metric);
  if (metric === undefined)
    return refuse('metric', 'unknown_metric', `no metric "${input.metric}" in ${context.environment}`);
  const scaled = scaledValue(input.value, metric);
  if (scaled.status !== 'ok') return refuse('value', scaled.status, scaled.message);
  const units = unitsOf(input);
  const [first] = Object.keys(units);
  if (first === undefined)
    return refuse('user', 'unit_missing', 'the event names no user, tenant or other unit');
  const event: LiftgateEvent = {
    ...envelopeOf(input, context, units),
    kind: 'metric',
    metric: metric.key,
    value: input.value,
  };
  const concerned = Object.keys(units).filter((name) => randomised.has(name));
  // An event that concerns no randomised unit is still taken in, once, so that the balance can say so.
  const names = concerned.length > 0 ? concerned : [first];
  return {
    deliveries: names.map((unitName) => ({ unitName, unit: units[unitName] ?? '', event, forced: false })),
  };
}

function envelopeOf(input: EventInput, context: IngestContext, units: Record<string, string>) {
  return { id: input.id, at: input.at, environment: context.environment, source: context.source, units };
}

/** The units that some flag of the environment randomises. */
export function randomisedUnits(snapshot: ConfigSnapshot): ReadonlySet<string> {
  return new Set([...snapshot.flag.values()].map((flag) => flag.unit));
}

function isListed(flag: Flag, { user, tenant }: Record<string, string>): boolean {
  return [flag.lists.block, flag.lists.allow].some(
    (list) =>
      (user !== undefined && list.users.includes(user)) ||
      (tenant !== undefined && list.tenants.includes(tenant)),
  );
}

/** A replay brings its own past; everything else happens about now. */
function timeProblem(at: number, { source, now }: IngestContext): string | null {
  const oldest = source.startsWith('replay:') ? 0 : now.getTime() - OLDEST_MS;
  const newest = now.getTime() + NEWEST_MS;
  if (at >= oldest && at <= newest) return null;
  return `must lie between ${iso(oldest)} and ${iso(newest)}, got ${iso(at)}: is the sender's clock right?`;
}

function iso(at: number): string {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}

function refuse(field: string, reason: RefusalReason, message: string): Refusal {
  return { field, reason, message: `${field}: ${message}` };
}

function invalid(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
  item: unknown,
): Refusal {
  const path = issue?.path ?? [];
  const field = path.map(String).join('.') || 'event';
  return refuse(field, 'invalid', withValue(issue?.message ?? 'invalid', valueAt(path, item)));
}

function idOf(item: unknown): { id?: string } {
  if (typeof item !== 'object' || item === null || !('id' in item) || typeof item.id !== 'string') return {};
  return { id: item.id.slice(0, 128) };
}
