import type { Flag } from '@liftgate/flags';
import { Failure } from '../failure.ts';
import type { ReplayOptions, Weights } from './options.ts';

/** The arms of the experiment, and values of the variant column that are taken for slips. */
export interface Arms {
  readonly control: string;
  /** The control first, the others by name. */
  readonly variants: readonly { readonly name: string; readonly weight: number }[];
  readonly strays: readonly { readonly name: string; readonly rows: number }[];
}

/** A value on fewer rows than this share is a slip of the pen, unless --weights names it. */
const STRAY_BELOW = 0.01;
const CONTROL_WORDS = ['control', 'baseline', 'off', 'a'];

/** Which values are variants: what the flag says, else what --weights says, else what the file holds. */
export function armsOf(found: ReadonlyMap<string, number>, options: ReplayOptions, flag: Flag | null): Arms {
  if (found.size === 0) throw new Failure('file', 'No row of the file can be replayed.');
  return flag === null ? newArms(found, options) : armsOfFlag(found, options, flag);
}

function newArms(found: ReadonlyMap<string, number>, { weights, control, variant }: ReplayOptions): Arms {
  const common = commonValues(found);
  const names = namesFor(found, common, weights, control);
  if (names.length < 2) {
    const only = [...found.keys()].map(quoted).join(', ');
    throw new Failure(
      'file',
      `--variant: an experiment has at least two variants; "${variant}" holds only ${only}.`,
    );
  }
  if (names.length > 16) {
    throw new Failure(
      'file',
      `--variant: "${variant}" holds ${names.length} values; a flag has at most 16 variants.`,
    );
  }
  const first = control ?? guessControl(names);
  if (!names.includes(first)) {
    throw new Failure('usage', `--control: there is no variant "${first}". Found: ${counts(found)}.`);
  }
  const ordered = [first, ...names.filter((name) => name !== first).sort()];
  if (weights?.kind === 'positions' && weights.weights.length !== ordered.length) {
    const what = `${weights.weights.length} weights for ${ordered.length} variants`;
    throw new Failure(
      'usage',
      `--weights: ${what}. Found: ${counts(found)}. Order: ${ordered.map(quoted).join(', ')}.`,
    );
  }
  return {
    control: first,
    variants: ordered.map((name, index) => ({ name, weight: weightOf(weights, name, index) })),
    strays: straysOf(found, ordered),
  };
}

/** With k weights the k most frequent values are the arms; with named weights, the names. */
function namesFor(
  found: ReadonlyMap<string, number>,
  common: readonly string[],
  weights: Weights | undefined,
  control: string | undefined,
): string[] {
  if (weights?.kind === 'names') {
    const missing = [...weights.weights.keys()].filter((name) => !found.has(name));
    if (missing.length === 0) return [...weights.weights.keys()];
    throw new Failure(
      'usage',
      `--weights: no row has ${missing.map(quoted).join(', ')}. Found: ${counts(found)}.`,
    );
  }
  const byCount = [...found].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
  if (weights !== undefined) return byCount.slice(0, weights.weights.length);
  return control === undefined || common.includes(control) || !found.has(control)
    ? [...common]
    : [...common, control];
}

function commonValues(found: ReadonlyMap<string, number>): string[] {
  const rows = [...found.values()].reduce((sum, count) => sum + count, 0);
  const common = [...found].filter(([, count]) => count >= rows * STRAY_BELOW).map(([name]) => name);
  // One unit with very many rows can make a whole arm look rare.
  return common.length < 2 ? [...found.keys()] : common;
}

function guessControl(names: readonly string[]): string {
  const guesses = names.filter((name) => CONTROL_WORDS.includes(name.toLowerCase()));
  if (guesses.length === 1 && guesses[0] !== undefined) return guesses[0];
  throw new Failure('usage', `--control: say which variant is the control: ${names.map(quoted).join(', ')}.`);
}

function weightOf(weights: Weights | undefined, name: string, index: number): number {
  if (weights === undefined) return 1;
  return (weights.kind === 'names' ? weights.weights.get(name) : weights.weights[index]) ?? 1;
}

function armsOfFlag(
  found: ReadonlyMap<string, number>,
  { weights, control }: ReplayOptions,
  flag: Flag,
): Arms {
  const conflict = (message: string) =>
    new Failure('conflict', `The flag "${flag.key}" exists already and ${message}.`);
  const names = flag.variants.map(({ name }) => name);
  const foreign = commonValues(found).filter((name) => !names.includes(name));
  if (foreign.length > 0) {
    throw conflict(
      `has the variants ${names.map(quoted).join(', ')}; the file has ${foreign.map(quoted).join(', ')} too. Use another --flag`,
    );
  }
  if (control !== undefined && control !== flag.control)
    throw conflict(`its control is "${flag.control}", not "${control}"`);
  const rest = flag.variants
    .filter(({ name }) => name !== flag.control)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ordered = [...flag.variants.filter(({ name }) => name === flag.control), ...rest];
  const sum = ordered.reduce((total, { weight }) => total + weight, 0);
  const asked = ordered.map(({ name }, index) => weightOf(weights, name, index));
  const askedSum = asked.reduce((total, weight) => total + weight, 0);
  const differs = ordered.some(
    ({ weight }, index) => Math.abs(weight / sum - (asked[index] ?? 0) / askedSum) > 1e-9,
  );
  if (weights !== undefined && differs) {
    throw conflict(`its weights are ${ordered.map(({ name, weight }) => `${name}=${weight}`).join(',')}`);
  }
  return {
    control: flag.control,
    variants: ordered.map(({ name, weight }) => ({ name, weight })),
    strays: straysOf(found, names),
  };
}

function straysOf(found: ReadonlyMap<string, number>, names: readonly string[]): Arms['strays'] {
  return [...found].filter(([name]) => !names.includes(name)).map(([name, rows]) => ({ name, rows }));
}

function counts(found: ReadonlyMap<string, number>): string {
  const most = [...found].sort(([, m], [, n]) => n - m);
  const listed = most.slice(0, 10).map(([name, rows]) => `${quoted(name)} on ${rows} rows`);
  return `${listed.join(', ')}${most.length > 10 ? ` and ${most.length - 10} more values` : ''}`;
}

function quoted(name: string): string {
  return `"${name}"`;
}
