import { mixtureAt, mixtureBoundSquared } from './confidence-sequence.ts';
import { complainUnlessPositive, DEFAULT_ALPHA, firstComplaint, type InvalidInput } from './input.ts';
import { liftSet, type FiellerSet } from './fieller.ts';
import { checkEstimates } from './mean-difference.ts';
import type { MeanEstimate } from './strata.ts';

export type RelativeSequence =
  | { readonly status: 'ok'; readonly lift: number; readonly fieller: FiellerSet }
  | { readonly status: 'insufficient_data' | 'zero_variance' | 'zero_baseline' }
  | InvalidInput;

/**
 * The always-valid confidence set of the relative lift: all ratios r whose contrast m_t − r·m_c the two-sided mixture does not reject,
 * {r : (m_t − r m_c)² ≤ V(1 + V/τ²)(ln(1 + τ²/V) + 2 ln(1/α))} with V = v_t + r² v_c, minus one. No delta method.
 * `g` is k² v_c/m_c² at the point estimate. Of the set the part around the estimate is reported: for absurdly large |r| the contrast is so
 * noisy that the mixture, tuned for r = 1, rejects nothing.
 */
export function relativeConfidenceSequence(input: {
  readonly control: MeanEstimate;
  readonly treatment: MeanEstimate;
  /** In the metric's unit squared, as for the absolute difference. */
  readonly tauSquared: number;
  readonly alpha?: number;
}): RelativeSequence {
  const { control, treatment, tauSquared, alpha = DEFAULT_ALPHA } = input;
  const invalid = checkEstimates(control, treatment, alpha);
  if (invalid) return invalid;
  if (control.n < 2 || treatment.n < 2) return { status: 'insufficient_data' };
  if (control.mean === 0) return { status: 'zero_baseline' };
  if (control.varianceOfMean + treatment.varianceOfMean === 0) return { status: 'zero_variance' };
  const invalidTau = firstComplaint(complainUnlessPositive('tauSquared', tauSquared));
  if (invalidTau) return invalidTau;

  const varianceAt = (r: number): number => treatment.varianceOfMean + r * r * control.varianceOfMean;
  const boundSquared = (v: number): number => mixtureBoundSquared(mixtureAt(tauSquared, Math.sqrt(v)), alpha);
  /** Positive where the ratio is rejected. */
  const excess = (r: number): number => {
    const v = varianceAt(r);
    const contrast = treatment.mean - r * control.mean;
    return v === 0 ? Math.abs(contrast) : Math.abs(contrast) - Math.sqrt(v * boundSquared(v));
  };
  const ratio = treatment.mean / control.mean;
  const step = Math.sqrt(varianceAt(ratio)) / Math.abs(control.mean);
  const lift = Math.sign(control.mean) * (ratio - 1);
  const g = (boundSquared(varianceAt(ratio)) * control.varianceOfMean) / (control.mean * control.mean);
  if (!Number.isFinite(ratio) || !Number.isFinite(lift) || !Number.isFinite(g))
    return { status: 'zero_baseline' };
  const set = acceptedAround(excess, ratio, step, Number.isFinite(g) ? g : 0);
  return { status: 'ok', lift, fieller: liftSet(set, Math.sign(control.mean)) };
}

/** Walks outwards from the estimate; a crossing that the walk misses makes the set larger, never smaller. */
function acceptedAround(excess: (r: number) => number, start: number, step: number, g: number): FiellerSet {
  const below = firstRejected(excess, start, -step);
  const above = firstRejected(excess, start, step);
  if (below && above) return { kind: 'interval', interval: [below.edge, above.edge], g };
  const band = below ?? above;
  if (!band) return { kind: 'unbounded', g };
  const farEdge = lastRejected(excess, band);
  if (farEdge === null) return { kind: 'unbounded', g };
  const [low, high] = farEdge < band.edge ? [farEdge, band.edge] : [band.edge, farEdge];
  return { kind: 'exclusive', below: low, above: high, g };
}

interface Band {
  readonly edge: number;
  readonly inside: number;
  readonly direction: number;
}

function firstRejected(excess: (r: number) => number, start: number, step: number): Band | null {
  let accepted = start;
  for (let reach = step; Number.isFinite(reach) && Math.abs(reach) < 1e9 * Math.abs(step); reach *= 1.3) {
    const r = start + reach;
    if (excess(r) > 0) return { edge: bisect(excess, accepted, r), inside: r, direction: Math.sign(step) };
    accepted = r;
  }
  return null;
}

function lastRejected(excess: (r: number) => number, band: Band): number | null {
  let rejected = band.inside;
  for (
    let reach = Math.abs(band.inside - band.edge) + Math.abs(band.edge) * 0.1;
    Number.isFinite(reach);
    reach *= 1.3
  ) {
    const r = band.inside + band.direction * reach;
    if (!(excess(r) > 0)) return bisect(excess, r, rejected);
    rejected = r;
  }
  return null;
}

/** The edge between an accepted and a rejected ratio. */
function bisect(excess: (r: number) => number, accepted: number, rejected: number): number {
  let inside = accepted;
  let outside = rejected;
  for (let i = 0; i < 200; i++) {
    const middle = inside + (outside - inside) / 2;
    if (middle === inside || middle === outside) break;
    if (excess(middle) > 0) outside = middle;
    else inside = middle;
  }
  return inside;
}
