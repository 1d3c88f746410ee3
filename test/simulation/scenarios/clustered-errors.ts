import {
  oneSidedSequence,
  ratioEstimate,
  shareProcess,
  tauSquaredFor,
  type BivariateMoments,
} from '@liftgate/stats';
import type { Random } from '../random.ts';
import { percentOf, type Scenario } from '../scenario.ts';

/**
 * S5: A/A with errors that come in clusters. 40 looks of 250 new units per arm; a unit makes 1 + Poisson(gamma) requests, of which most
 * fail for the few units that have the trouble, and hardly any for the others.
 */
const LOOKS = 40;
const UNITS = 250;
const ALPHA = 0.05;
const LIMIT = -Math.log(ALPHA);

export const clusteredErrors: Scenario = {
  name: 'A/A with clustered errors',
  runs: 5000,
  simulate,
  rows: [
    {
      what: '4. clustered A/A, erroring-unit share, 5 %',
      unit: '%',
      target: '≤ 4.0',
      atMost: 4,
      measure: percentOf('units'),
    },
    {
      what: '4. clustered A/A, unit ratio sequence, 5 %',
      unit: '%',
      target: '≤ 4.0',
      atMost: 4,
      measure: percentOf('ratio'),
    },
    {
      what: '4. self-check: errors counted as if independent',
      unit: '%',
      target: '≥ 15',
      atLeast: 15,
      measure: percentOf('requests'),
    },
  ],
};

function simulate(random: Random) {
  const arms = { control: newArm(), treatment: newArm() };
  const tauSquared = tauSquaredFor({ alpha: ALPHA, minimumEffect: 0.01, sides: 1 });
  let [units, ratio, requests] = [0, 0, 0];
  for (let look = 0; look < LOOKS; look++) {
    for (let i = 0; i < UNITS; i++) {
      addUnit(arms.control, random);
      addUnit(arms.treatment, random);
    }
    if (shareLogE(arms.treatment.erring, arms.control.erring) >= LIMIT) units = 1;
    if (shareLogE(arms.treatment.errors, arms.control.errors) >= LIMIT) requests = 1;
    const c = ratioEstimate(momentsOfArm(arms.control));
    const t = ratioEstimate(momentsOfArm(arms.treatment));
    if (!c || !t) continue;
    const se = Math.sqrt(c.varianceOfMean + t.varianceOfMean);
    const sequence = oneSidedSequence({
      estimate: t.mean - c.mean,
      se,
      tauSquared,
      alpha: ALPHA,
      direction: 'increase',
    });
    if (sequence.status === 'ok' && sequence.logE >= LIMIT) ratio = 1;
  }
  return { units, ratio, requests };
}

interface ArmSums {
  n: number;
  requests: number;
  requestsSquared: number;
  errors: number;
  errorsSquared: number;
  product: number;
  erring: number;
}

function newArm(): ArmSums {
  return { n: 0, requests: 0, requestsSquared: 0, errors: 0, errorsSquared: 0, product: 0, erring: 0 };
}

function addUnit(arm: ArmSums, random: Random): void {
  const requests = 1 + random.poisson(5 * random.gamma(1));
  const troubled = random.uniform() < 0.05;
  const errors = random.binomial(requests, troubled ? 0.7 : 0.002);
  arm.n += 1;
  arm.requests += requests;
  arm.requestsSquared += requests * requests;
  arm.errors += errors;
  arm.errorsSquared += errors * errors;
  arm.product += requests * errors;
  if (errors > 0) arm.erring += 1;
}

function momentsOfArm(a: ArmSums): BivariateMoments {
  return {
    n: a.n,
    meanX: a.requests / a.n,
    meanY: a.errors / a.n,
    sxx: a.requestsSquared - (a.requests * a.requests) / a.n,
    syy: a.errorsSquared - (a.errors * a.errors) / a.n,
    sxy: a.product - (a.requests * a.errors) / a.n,
  };
}

function shareLogE(treatmentUnits: number, controlUnits: number): number {
  const r = shareProcess([{ treatmentShare: 0.5, treatmentUnits, controlUnits }]);
  return r.status === 'ok' ? r.logE : 0;
}
