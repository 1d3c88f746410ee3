import { binomialLogPmf } from './binomial-distribution.ts';
import { complaintAboutSuccesses } from './proportion-interval.ts';

/** The 2×2 table with its margins fixed; x is the treatment's successes. */
export interface FisherExact {
  readonly pTwoSided: number;
  /** P(X ≥ x): the treatment has more successes than chance. */
  readonly pGreater: number;
  readonly pLess: number;
  /** pGreater with half of the observed table's probability: less conservative, not exact. */
  readonly pMidGreater: number;
}

const NO_TABLE: FisherExact = { pTwoSided: 1, pGreater: 1, pLess: 1, pMidGreater: 1 };

/** Tables within this factor of the observed probability count as equally likely (as SciPy and R do). */
const TIE = 1 + 1e-7;

/**
 * Fisher's exact test, conditional on the total of successes; exact at any n. The two-sided p is the sum of all tables
 * no likelier than the observed one. Tails are summed outwards from where they start until terms stop mattering,
 * so that the cost grows with the standard deviation and not with n. Counts that no table can have say nothing: every p is 1.
 */
export function fisherExact(
  control: { readonly successes: number; readonly n: number },
  treatment: { readonly successes: number; readonly n: number },
): FisherExact {
  const impossible =
    complaintAboutSuccesses('control', control) ?? complaintAboutSuccesses('treatment', treatment);
  if (impossible !== null || !Number.isSafeInteger(control.n + treatment.n)) return NO_TABLE;
  const table = hypergeometric(treatment.n, control.n, control.successes + treatment.successes);
  const x = treatment.successes;
  const observed = table.pmf(x);
  const pGreater = table.sumFrom(x, 1);
  const pLess = table.sumFrom(x, -1);
  return {
    pTwoSided: Math.min(1, twoSided(table, x, observed, pGreater, pLess)),
    pGreater: Math.min(1, pGreater),
    pLess: Math.min(1, pLess),
    pMidGreater: Math.min(1, Math.max(0, pGreater - 0.5 * observed)),
  };
}

function twoSided(
  table: Hypergeometric,
  x: number,
  observed: number,
  pGreater: number,
  pLess: number,
): number {
  const limit = Math.log(observed) + Math.log(TIE);
  const towards = x <= table.mode ? 1 : -1;
  const own = towards === 1 ? pLess : pGreater;
  const edge = towards === 1 ? table.max : table.min;
  if (table.logPmf(table.mode) <= limit) return 1;
  // The far tail starts at the first table beyond the mode that is no likelier than the observed one.
  let likelier = table.mode;
  let start = edge + towards;
  while (Math.abs(start - likelier) > 1) {
    const middle = likelier + Math.trunc((start - likelier) / 2);
    if (table.logPmf(middle) <= limit) start = middle;
    else likelier = middle;
  }
  const far = (edge - start) * towards < 0 ? 0 : table.sumFrom(start, towards);
  // A tie next to the observed table on its own side of the mode belongs to neither sum above.
  let ties = 0;
  for (let k = x + towards; (table.mode - k) * towards >= 0 && table.logPmf(k) <= limit; k += towards)
    ties += table.pmf(k);
  return own + far + ties;
}

interface Hypergeometric {
  readonly min: number;
  readonly max: number;
  readonly mode: number;
  logPmf(k: number): number;
  pmf(k: number): number;
  sumFrom(k: number, direction: 1 | -1): number;
}

/** Successes among `n` treatment units when `successes` of all units succeeded. Source of the pmf: Loader (2000). */
function hypergeometric(n: number, others: number, successes: number): Hypergeometric {
  const total = n + others;
  const p = successes / total;
  const min = Math.max(0, successes - others);
  const max = Math.min(n, successes);
  const certain = min === max;
  const logPmf = (k: number): number =>
    certain
      ? 0
      : binomialLogPmf(k, n, p) +
        binomialLogPmf(successes - k, others, p) -
        binomialLogPmf(successes, total, p);
  const ratioUp = (k: number): number =>
    ((n - k) / (k + 1)) * ((successes - k) / (others - successes + k + 1));
  const mode = Math.min(max, Math.max(min, Math.floor(((n + 1) * (successes + 1)) / (total + 2))));
  const sumOutwards = (from: number, direction: 1 | -1): number => {
    let term = 1;
    let sum = 1;
    for (let k = from; k !== (direction === 1 ? max : min); k += direction) {
      term *= direction === 1 ? ratioUp(k) : 1 / ratioUp(k - 1);
      sum += term;
      if (term < 1e-18 * sum) break;
    }
    return Math.exp(logPmf(from) + Math.log(sum));
  };
  return {
    min,
    max,
    mode,
    logPmf,
    pmf: (k) => Math.exp(logPmf(k)),
    sumFrom: (from, direction) => {
      if ((mode - from) * direction <= 0) return sumOutwards(from, direction);
      // From before the mode this is the larger part: one minus the other tail, which does not cancel.
      const opposite = direction === 1 ? -1 : 1;
      return from === (direction === 1 ? min : max) ? 1 : 1 - sumOutwards(from + opposite, opposite);
    },
  };
}
