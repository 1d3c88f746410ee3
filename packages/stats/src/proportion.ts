import { fisherExact, type FisherExact } from './fisher-exact.ts';
import {
  complainUnlessOpenUnit,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { normalIsf, normalSf } from './normal-distribution.ts';
import {
  agrestiCaffoInterval,
  clopperPearsonInterval,
  complaintAboutSuccesses,
  newcombeInterval,
  share,
  waldInterval,
  wilsonInterval,
  type Successes,
} from './proportion-interval.ts';

export interface ProportionTest {
  readonly status: 'ok';
  readonly proportionControl: number;
  readonly proportionTreatment: number;
  /** Treatment minus control, in [−1, 1]. */
  readonly difference: number;
  /** Which test `pTwoSided` is: pooled z when every expected cell holds at least 5 units, else Fisher's. */
  readonly method: 'pooled_z' | 'fisher';
  readonly pTwoSided: number;
  /** Null when no unit or every unit succeeded. */
  readonly pooledZ: {
    readonly z: number;
    readonly pTwoSided: number;
    readonly pGreater: number;
    readonly pLess: number;
  } | null;
  readonly fisher: FisherExact;
  /** For comparison only: has zero width when both arms have no successes. */
  readonly wald: Interval;
  /** The interval to show. */
  readonly newcombe: Interval;
  readonly agrestiCaffo: Interval;
  readonly wilsonControl: Interval;
  readonly wilsonTreatment: Interval;
  readonly clopperPearsonControl: Interval;
  readonly clopperPearsonTreatment: Interval;
  /** Null when an arm has no successes. `interval` is Katz's log interval. */
  readonly riskRatio: { readonly ratio: number; readonly logSe: number; readonly interval: Interval } | null;
}

export type ProportionDifference = ProportionTest | { readonly status: 'insufficient_data' } | InvalidInput;

/**
 * Two proportions of independent units, for one planned look.
 * Sources: Newcombe (1998) method 10; Agresti and Caffo (2000); Katz et al. (1978); Fisher (1935).
 */
export function proportionDifference(
  control: Successes,
  treatment: Successes,
  { alpha = DEFAULT_ALPHA }: { readonly alpha?: number } = {},
): ProportionDifference {
  const invalid = firstComplaint(
    complainUnlessOpenUnit('alpha', alpha),
    complaintAboutSuccesses('control', control),
    complaintAboutSuccesses('treatment', treatment),
  );
  if (invalid) return invalid;
  if (control.n === 0 || treatment.n === 0) return { status: 'insufficient_data' };
  const pooledZ = pooledZTest(control, treatment);
  const fisher = fisherExact(control, treatment);
  const method = pooledZ !== null && smallestExpected(control, treatment) >= 5 ? 'pooled_z' : 'fisher';
  const z = normalIsf(alpha / 2);
  return unlessOverflow({
    status: 'ok' as const,
    proportionControl: share(control),
    proportionTreatment: share(treatment),
    difference: share(treatment) - share(control),
    method,
    pTwoSided: method === 'pooled_z' && pooledZ ? pooledZ.pTwoSided : fisher.pTwoSided,
    pooledZ,
    fisher,
    wald: waldInterval(control, treatment, z),
    newcombe: newcombeInterval(control, treatment, alpha),
    agrestiCaffo: agrestiCaffoInterval(control, treatment, z),
    wilsonControl: wilsonInterval(control.successes, control.n, alpha),
    wilsonTreatment: wilsonInterval(treatment.successes, treatment.n, alpha),
    clopperPearsonControl: clopperPearsonInterval(control.successes, control.n, alpha),
    clopperPearsonTreatment: clopperPearsonInterval(treatment.successes, treatment.n, alpha),
    riskRatio: riskRatio(control, treatment, z),
  });
}

function pooledZTest(control: Successes, treatment: Successes): ProportionTest['pooledZ'] {
  const pooled = (control.successes + treatment.successes) / (control.n + treatment.n);
  if (pooled === 0 || pooled === 1) return null;
  const se = Math.sqrt(pooled * (1 - pooled) * (1 / control.n + 1 / treatment.n));
  const z = (share(treatment) - share(control)) / se;
  return { z, pTwoSided: 2 * normalSf(Math.abs(z)), pGreater: normalSf(z), pLess: normalSf(-z) };
}

function smallestExpected(control: Successes, treatment: Successes): number {
  const successes = control.successes + treatment.successes;
  const total = control.n + treatment.n;
  return (Math.min(control.n, treatment.n) * Math.min(successes, total - successes)) / total;
}

function riskRatio(control: Successes, treatment: Successes, z: number): ProportionTest['riskRatio'] {
  if (control.successes === 0 || treatment.successes === 0) return null;
  const ratio = share(treatment) / share(control);
  const logSe = Math.sqrt(
    (1 - share(treatment)) / treatment.successes + (1 - share(control)) / control.successes,
  );
  return { ratio, logSe, interval: [ratio * Math.exp(-z * logSe), ratio * Math.exp(z * logSe)] };
}
