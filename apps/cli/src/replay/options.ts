import { METRIC_KINDS, type MetricKind } from '@liftgate/stats';
import { METRIC_KEY, type MetricRole } from '@liftgate/rollout';

/** What `liftgate replay` was asked to do. */
export interface ReplayOptions {
  readonly file: string;
  readonly flag: string;
  readonly unit: string;
  readonly variant: string;
  readonly control: string | undefined;
  readonly metrics: readonly MetricOption[];
  readonly time: string | undefined;
  readonly weights: Weights | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly url: string;
  readonly key: string | undefined;
  readonly environment: string;
  /** How long the worker may stand still before we give up. */
  readonly waitSeconds: number;
}

export interface MetricOption {
  readonly name: string;
  readonly column: string;
  /** Undefined: what the system has it as, or else what the column looks like. */
  readonly kind: MetricKind | undefined;
  readonly role: MetricRole;
  readonly lowerIsBetter: boolean;
}

/** Arm sizes by position (the control first, the others by name) or by name. */
export type Weights =
  | { readonly kind: 'positions'; readonly weights: readonly number[] }
  | { readonly kind: 'names'; readonly weights: ReadonlyMap<string, number> };

/** `revenue=spend:sum`, `revenue=spend`, `spend:sum` or `spend`. Throws an Error that says what is wrong. */
export function parseMetric(text: string): Pick<MetricOption, 'name' | 'column' | 'kind'> {
  const equals = text.indexOf('=');
  const right = text.slice(equals + 1);
  const colon = right.lastIndexOf(':');
  const kind = METRIC_KINDS.find((one) => one === right.slice(colon + 1) && colon > 0);
  if (colon > 0 && kind === undefined && /^[a-z]+$/.test(right.slice(colon + 1))) {
    const kinds = METRIC_KINDS.join(', ');
    throw new Error(`"${right.slice(colon + 1)}" is not a kind of metric: use ${kinds}.`);
  }
  const column = kind === undefined ? right : right.slice(0, colon);
  const name = equals === -1 ? column : text.slice(0, equals);
  if (column === '') throw new Error('Write NAME=COLUMN, for example revenue=spend:sum.');
  if (!METRIC_KEY.test(name)) {
    const form = 'must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -';
    throw new Error(`The metric's name "${name}" ${form}; write NAME=COLUMN to give it one.`);
  }
  return { name, column, kind };
}

/** `1:1:2`, or `control=1,treatment=2`. Throws an Error that says what is wrong. */
export function parseWeights(text: string): Weights {
  if (!text.includes('=')) return { kind: 'positions', weights: text.split(':').map(parseWeight) };
  const entries = text.split(',').map((part): [string, number] => {
    const equals = part.lastIndexOf('=');
    if (equals <= 0) throw new Error(`"${part}" is not NAME=WEIGHT.`);
    return [part.slice(0, equals).trim(), parseWeight(part.slice(equals + 1))];
  });
  const weights = new Map(entries);
  if (weights.size < entries.length) throw new Error('One name is there twice.');
  if (weights.size < 2) throw new Error('An experiment has at least two variants.');
  return { kind: 'names', weights };
}

function parseWeight(text: string): number {
  const weight = Number(text);
  if (text.trim() === '' || !Number.isFinite(weight) || weight <= 0 || weight > 1_000_000)
    throw new Error(`"${text}" is not a weight: write positive numbers, for example 1:1.`);
  return weight;
}

/** The first metric decides unless others are named; the rest is watched, or must not get worse. */
export function withRoles(
  metrics: readonly Pick<MetricOption, 'name' | 'column' | 'kind'>[],
  named: {
    readonly goal: readonly string[];
    readonly guardrail: readonly string[];
    readonly lowerIsBetter: readonly string[];
  },
): MetricOption[] {
  for (const [option, names] of [
    ['--goal', named.goal],
    ['--guardrail', named.guardrail],
    ['--lower-is-better', named.lowerIsBetter],
  ] as const) {
    const unknown = names.find((name) => metrics.every((metric) => metric.name !== name));
    if (unknown !== undefined) throw new Error(`${option}: there is no --metric "${unknown}".`);
  }
  const twice = metrics.find((metric, index) => metrics.findIndex((one) => one.name === metric.name) < index);
  if (twice !== undefined) throw new Error(`--metric: "${twice.name}" is there twice.`);
  const goals =
    named.goal.length > 0
      ? named.goal
      : metrics
          .filter(({ name }) => !named.guardrail.includes(name))
          .slice(0, 1)
          .map(({ name }) => name);
  return metrics.map((metric) => ({
    ...metric,
    role: goals.includes(metric.name)
      ? 'goal'
      : named.guardrail.includes(metric.name)
        ? 'guardrail'
        : 'secondary',
    lowerIsBetter: named.lowerIsBetter.includes(metric.name),
  }));
}
