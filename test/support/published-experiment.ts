// Real experiments with their published or recomputed numbers. They lie beside the checkout, not in it.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('../../../shared/data', import.meta.url));

export interface PublishedExperiment {
  readonly name: string;
  readonly file: string;
  readonly options: readonly string[];
  readonly control: string;
  readonly metrics: readonly string[];
}

export const hillstrom: PublishedExperiment = {
  name: 'hillstrom-email',
  file: `${directory}/hillstrom-email/data.csv.gz`,
  options: ['--unit', 'customer', '--variant', 'segment', '--control', 'No E-Mail'],
  control: 'No E-Mail',
  metrics: ['visit:proportion', 'conversion:proportion', 'spend:sum'],
};

export const cookieCats: PublishedExperiment = {
  name: 'cookie-cats',
  file: `${directory}/cookie-cats/data.csv.gz`,
  options: ['--unit', 'userid', '--variant', 'version', '--control', 'gate_30'],
  control: 'gate_30',
  metrics: ['retention_1:proportion', 'retention_7:proportion', 'sum_gamerounds:sum'],
};

/** Null when the data are here, else the reason to print. */
export function reasonToSkip(): string | null {
  const missing = [hillstrom, cookieCats].find(({ file }) => !existsSync(file));
  return missing === undefined
    ? null
    : `replays of published experiments are skipped: there is no ${missing.file}`;
}

interface ExpectedMoments {
  readonly n: number;
  readonly sum: number;
  readonly sumsq: number;
  readonly mean: number;
  readonly sd: number;
  readonly se: number;
}

export interface ExpectedComparison {
  readonly metric: string;
  readonly control: string;
  readonly treatment: string;
  readonly welch: {
    readonly diff: number;
    readonly se: number;
    readonly welch_t: number;
    readonly welch_df: number;
    readonly welch_p: number;
    readonly welch_ci95: readonly [number, number];
    readonly rel_lift: number;
    readonly rel_ci_fieller: readonly [number, number];
  };
  readonly proportion?: { readonly pooled_p: number; readonly newcombe_ci95: readonly [number, number] };
}

export interface Expected {
  readonly rows: number;
  readonly srm: {
    readonly chi2: number;
    readonly df: number;
    readonly p: number;
    readonly counts: Record<string, number>;
  };
  readonly variants: Record<string, Record<string, ExpectedMoments>>;
  readonly comparisons: readonly ExpectedComparison[];
}

export function expectedOf({ name }: PublishedExperiment): Expected {
  return JSON.parse(readFileSync(`${directory}/${name}/expected.json`, 'utf8')) as Expected;
}
