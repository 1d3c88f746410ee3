import {
  complainUnlessFinite,
  complainUnlessNotNegative,
  complainUnlessOpenUnit,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { normalCdf, normalIsf } from './normal-distribution.ts';

/** A value in dollars with its standard error. */
export interface DollarEstimate {
  readonly valueUsd: number;
  readonly seUsd: number;
}

export type AnnualValue =
  | {
      readonly status: 'ok';
      /** Dollars a year. */
      readonly valueUsd: number;
      /** First-order error: √(A²se² + effect²·se_A²). */
      readonly seDeltaUsd: number;
      /** Exact for a product of independent estimates: adds se²·se_A². */
      readonly seUsd: number;
      readonly intervalDelta: Interval;
      readonly interval: Interval;
      readonly probabilityPositive: number;
    }
  | InvalidInput;

/**
 * Effect per unit times the eligible units forecast for a year, with the forecast's own error. Assumes that the effect lasts and holds for
 * everyone eligible: novelty and seasonality are not in the interval. A price per unit of effect is an assumption and belongs outside it.
 */
export function annualValue(input: {
  readonly effectUsd: number;
  readonly se: number;
  readonly annualUnits: number;
  readonly annualUnitsSe?: number;
  readonly alpha?: number;
}): AnnualValue {
  const { effectUsd, se, annualUnits, annualUnitsSe = 0, alpha = DEFAULT_ALPHA } = input;
  const invalid = firstComplaint(
    complainUnlessFinite('effectUsd', effectUsd),
    complainUnlessNotNegative('se', se),
    complainUnlessNotNegative('annualUnits', annualUnits),
    complainUnlessNotNegative('annualUnitsSe', annualUnitsSe),
    complainUnlessOpenUnit('alpha', alpha),
  );
  if (invalid) return invalid;
  const valueUsd = effectUsd * annualUnits;
  const seDeltaUsd = Math.hypot(annualUnits * se, effectUsd * annualUnitsSe);
  const seUsd = Math.hypot(seDeltaUsd, se * annualUnitsSe);
  if (!Number.isFinite(valueUsd) || !Number.isFinite(seUsd)) {
    return {
      status: 'invalid_input',
      message: `effect × units must be finite, got ${effectUsd} × ${annualUnits}`,
    };
  }
  const z = normalIsf(alpha / 2);
  return unlessOverflow({
    status: 'ok' as const,
    valueUsd,
    seDeltaUsd,
    seUsd,
    intervalDelta: around(valueUsd, z * seDeltaUsd),
    interval: around(valueUsd, z * seUsd),
    probabilityPositive: probabilityPositive(valueUsd, seUsd),
  });
}

export type PortfolioTotal =
  | {
      readonly status: 'ok';
      readonly totalUsd: number;
      /** Right only for disjoint randomisation. */
      readonly seIndependentUsd: number;
      readonly intervalIndependent: Interval;
      /** All pairs correlated by `correlation`: the default to show. */
      readonly seCorrelatedUsd: number;
      readonly intervalCorrelated: Interval;
      /** Correlation 1 everywhere: the standard errors add up. */
      readonly seWorstCaseUsd: number;
      readonly intervalWorstCase: Interval;
      /** Sum of each feature's interval at α/k: holds for all features at once, under any dependence. */
      readonly intervalSimultaneous: Interval;
    }
  | InvalidInput;

/** The sum over features. Features that overlap are counted twice in it: a global holdout measures the total once. */
export function portfolioTotal(
  features: readonly DollarEstimate[],
  {
    alpha = DEFAULT_ALPHA,
    correlation = 0.3,
  }: { readonly alpha?: number; readonly correlation?: number } = {},
): PortfolioTotal {
  const invalid = firstComplaint(
    complainUnlessOpenUnit('alpha', alpha),
    correlation >= 0 && correlation <= 1 ? null : `correlation must be in [0, 1], got ${correlation}`,
    ...features.flatMap(({ valueUsd, seUsd }, i) => [
      complainUnlessFinite(`features[${i}].valueUsd`, valueUsd),
      complainUnlessNotNegative(`features[${i}].seUsd`, seUsd),
    ]),
  );
  if (invalid) return invalid;
  const totalUsd = features.reduce((sum, { valueUsd }) => sum + valueUsd, 0);
  const seIndependentUsd = Math.hypot(0, ...features.map(({ seUsd }) => seUsd));
  const seWorstCaseUsd = features.reduce((sum, { seUsd }) => sum + seUsd, 0);
  const seCorrelatedUsd = Math.hypot(
    Math.sqrt(1 - correlation) * seIndependentUsd,
    Math.sqrt(correlation) * seWorstCaseUsd,
  );
  const z = normalIsf(alpha / 2);
  const zSimultaneous = normalIsf(alpha / (2 * Math.max(1, features.length)));
  return unlessOverflow({
    status: 'ok' as const,
    totalUsd,
    seIndependentUsd,
    intervalIndependent: around(totalUsd, z * seIndependentUsd),
    seCorrelatedUsd,
    intervalCorrelated: around(totalUsd, z * seCorrelatedUsd),
    seWorstCaseUsd,
    intervalWorstCase: around(totalUsd, z * seWorstCaseUsd),
    intervalSimultaneous: around(totalUsd, zSimultaneous * seWorstCaseUsd),
  });
}

/** P(N(value, se²) > 0); with no error it is a fact. */
export function probabilityPositive(value: number, se: number): number {
  if (se > 0) return normalCdf(value / se);
  return value > 0 ? 1 : value < 0 ? 0 : 0.5;
}

export function around(center: number, half: number): Interval {
  return [center - half, center + half];
}
