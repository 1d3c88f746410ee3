import type { Flag } from '@liftgate/flags';
import { sampleRatioMismatch, sequentialSampleRatioMismatch } from '@liftgate/stats';
import { armOf, sumOf } from './arm-evidence.ts';
import type { Evidence } from './evidence.ts';
import type { SplitResult, VariantResult } from './result.ts';

/**
 * The check is the mean of these Bayes factors, which is an e-value like each of them. The largest concentration finds
 * small mismatches best and is slow on gross ones; the smaller ones see those within hundreds of units.
 */
const CONCENTRATIONS = [100, 1_000, 10_000];

/** Below this the sequential split check says mismatch (STATISTICS section 0.8). */
const SPLIT_ALPHA = 0.001;

export function variantResults(flag: Flag, evidence: Evidence): VariantResult[] {
  const planned = plannedUnits(flag, evidence);
  const total = [...planned.values()].reduce((sum, units) => sum + units, 0);
  return armOrder(flag).map((variant) => ({
    variant,
    exposed: Number(sumOf(evidence.epochs, variant, (arm) => arm.exposed)),
    plannedShare: total === 0 ? plannedNow(flag, variant) : (planned.get(variant) ?? 0) / total,
  }));
}

/** Units each arm should have by the plan of each epoch, given how many came. */
function plannedUnits(flag: Flag, evidence: Evidence): Map<string, number> {
  const planned = new Map<string, number>();
  for (const epoch of evidence.epochs) {
    const weights = weightsOf(flag, epoch.epoch);
    const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
    const units = Number(epoch.arms.reduce((total, arm) => total + arm.exposed, 0n));
    if (sum === 0) continue;
    for (const [variant, weight] of Object.entries(weights)) {
      planned.set(variant, (planned.get(variant) ?? 0) + (units * weight) / sum);
    }
  }
  return planned;
}

function plannedNow(flag: Flag, variant: string): number {
  const total = flag.variants.reduce((sum, one) => sum + one.weight, 0);
  return (flag.variants.find((one) => one.name === variant)?.weight ?? 0) / total;
}

function weightsOf(flag: Flag, epoch: number): Readonly<Record<string, number>> {
  return flag.epochs.find((one) => one.epoch === epoch)?.weights ?? {};
}

/** The control first. */
export function armOrder(flag: Flag): string[] {
  return [
    flag.control,
    ...flag.variants.map((variant) => variant.name).filter((name) => name !== flag.control),
  ];
}

export function splitResult(flag: Flag, evidence: Evidence): SplitResult {
  const order = armOrder(flag);
  const strata = evidence.epochs
    .map((epoch) => ({
      observed: order.map((variant) => Number(armOf(epoch, variant)?.exposed ?? 0n)),
      weights: order.map((variant) => weightsOf(flag, epoch.epoch)[variant] ?? 0),
    }))
    .filter(
      (stratum) =>
        stratum.observed.some((count) => count > 0) && stratum.weights.some((weight) => weight > 0),
    );
  if (strata.length === 0) return { status: 'no_units' };
  const sequential = sequentialCheck(strata);
  if (sequential === null) return { status: 'no_units' };
  const { logBayesFactor, p } = sequential;
  const only = strata.length === 1 ? strata[0] : undefined;
  const fixed = only && sampleRatioMismatch(only.observed, only.weights);
  const planned = plannedUnits(flag, evidence);
  return {
    status: p < SPLIT_ALPHA ? 'mismatch' : 'ok',
    observed: Object.fromEntries(
      order.map((variant) => [variant, Number(sumOf(evidence.epochs, variant, (arm) => arm.exposed))]),
    ),
    expected: Object.fromEntries(order.map((variant) => [variant, planned.get(variant) ?? 0])),
    chiSquare: fixed?.status === 'ok' ? { statistic: fixed.chiSquare, df: fixed.df, p: fixed.p } : null,
    sequential: { logBayesFactor, p },
  };
}

type SplitStratum = Parameters<typeof sequentialSampleRatioMismatch>[0][number];

/** Null where the counts cannot be judged. */
function sequentialCheck(
  strata: readonly SplitStratum[],
): { readonly logBayesFactor: number; readonly p: number } | null {
  const logs: number[] = [];
  for (const concentration of CONCENTRATIONS) {
    const one = sequentialSampleRatioMismatch(strata, { concentration });
    // Units in an arm that gets none: no Bayes factor is large enough for that, and JSON has no infinity.
    if (one.status === 'impossible_assignment') return { logBayesFactor: Number.MAX_VALUE, p: one.p };
    if (one.status !== 'ok') return null;
    logs.push(one.logBayesFactor);
  }
  const largest = Math.max(...logs);
  const logBayesFactor =
    largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length);
  return { logBayesFactor, p: Math.min(1, Math.exp(-logBayesFactor)) };
}
