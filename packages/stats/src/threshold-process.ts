import { betaLogSf } from './beta-distribution.ts';
import { pFromLogE } from './confidence-sequence.ts';
import {
  complainUnlessCount,
  complainUnlessOpenUnit,
  complainUnlessPositive,
  firstComplaint,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { logBeta, logBetaKernel } from './log-gamma.ts';

export interface ThresholdInput {
  /** Units that failed, and units that did not. */
  readonly failed: number;
  readonly passed: number;
  /** The tolerated failure rate, for example 0.05. */
  readonly limit: number;
  /** Beta prior of the rate above the limit; 1 and 1 by default. */
  readonly priorA?: number;
  readonly priorB?: number;
}

export type ThresholdProcess =
  | { readonly status: 'ok'; readonly logE: number; readonly p: number }
  | InvalidInput;

/**
 * Exact e-process for "the failure rate of independent units exceeds `limit`", at any n: three failures in three units give E = 2,105
 * against 5 %. E is the likelihood of the counts under a Beta prior cut to (limit, 1), over their likelihood at the limit.
 *
 * It says nothing about the cause: where control is equally broken it fires too. Use it as a circuit breaker, together with the share process.
 * ln E = ln B(a+s, b+f) + ln SF(limit) − [the same without data] − s ln p0 − f ln(1 − p0), with the beta tail as a logarithm, never clamped.
 */
export function thresholdProcess(input: ThresholdInput): ThresholdProcess {
  const { failed, passed, limit, priorA: a = 1, priorB: b = 1 } = input;
  const invalid = firstComplaint(
    complainUnlessCount('failed', failed),
    complainUnlessCount('passed', passed),
    complainUnlessOpenUnit('limit', limit),
    complainUnlessPositive('priorA', a),
    complainUnlessPositive('priorB', b),
  );
  if (invalid) return invalid;
  if (failed + passed === 0) return { status: 'ok', logE: 0, p: 1 };
  const prior = logBeta(a, b) + betaLogSf(limit, a, b);
  // ln B(A, B) − s ln p0 − f ln(1 − p0), with the powers of p0 inside the kernel, where they cancel exactly.
  const likelihood =
    a * Math.log(limit) +
    b * Math.log1p(-limit) -
    logBetaKernel(limit, 1 - limit, a + failed, b + passed) +
    betaLogSf(limit, a + failed, b + passed);
  const logE = likelihood - prior;
  return unlessOverflow({ status: 'ok' as const, logE, p: pFromLogE(logE) });
}

/**
 * The same process for a latency guard: "the `quantile` of the latency is above its limit" is "more than 1 − quantile of the units are slower
 * than the limit". It needs two counts and no sketch.
 */
export function slowProcess(input: {
  /** Units slower than the latency limit, and units that were not. */
  readonly slow: number;
  readonly fast: number;
  /** For example 0.95, for a p95 limit. */
  readonly quantile: number;
}): ThresholdProcess {
  const invalid = firstComplaint(complainUnlessOpenUnit('quantile', input.quantile));
  return invalid ?? thresholdProcess({ failed: input.slow, passed: input.fast, limit: 1 - input.quantile });
}
