import {
  combineStrata,
  meanDifference,
  meanEstimate,
  mergeMoments,
  type Moments,
  type Stratum,
} from '@liftgate/stats';
import type { Random } from '../random.ts';
import { meanOfKey, percentOf, type Scenario } from '../scenario.ts';

/** S4: A/A through a 10/25/50 % ramp with everyone else as control, while the baseline moves 10 → 12 → 9 %. */
const STAGES = [
  { share: 0.1, rate: 0.1 },
  { share: 0.25, rate: 0.12 },
  { share: 0.5, rate: 0.09 },
];
const UNITS_PER_STAGE = 20_000;

export const ramp: Scenario = {
  name: 'A/A through a ramp with a moving baseline',
  runs: 20_000,
  briefRuns: 4000,
  simulate,
  rows: [
    {
      what: '5. ramp A/A, stratified, one look, 5 %',
      unit: '%',
      target: '4.3–5.8',
      atLeast: 4.3,
      atMost: 5.8,
      measure: percentOf('stratified'),
    },
    {
      what: '5. ramp A/A, bias of the stratified effect',
      unit: 'points',
      target: 'abs(bias) < 0.1',
      atLeast: -0.1,
      atMost: 0.1,
      measure: meanOfKey('effect', 100),
    },
    {
      what: '5. self-check: pooling the stages',
      unit: '%',
      target: '≥ 30',
      atLeast: 30,
      measure: percentOf('pooled'),
    },
  ],
};

function simulate(random: Random) {
  const strata = STAGES.map(({ share, rate }): Stratum => {
    const treatment = Math.round(UNITS_PER_STAGE * share);
    return {
      control: bernoulli(random, UNITS_PER_STAGE - treatment, rate),
      treatment: bernoulli(random, treatment, rate),
    };
  });
  const combined = combineStrata(strata);
  const control = meanEstimate(strata.map((s) => s.control).reduce(mergeMoments));
  const treatment = meanEstimate(strata.map((s) => s.treatment).reduce(mergeMoments));
  if (!combined || !control || !treatment) throw new Error('every stage has thousands of units');
  const stratified = meanDifference(combined.control, combined.treatment);
  const pooled = meanDifference(control, treatment);
  return {
    stratified: stratified.status === 'ok' && stratified.pTwoSided <= 0.05 ? 1 : 0,
    pooled: pooled.status === 'ok' && pooled.pTwoSided <= 0.05 ? 1 : 0,
    effect: combined.treatment.mean - combined.control.mean,
  };
}

function bernoulli(random: Random, n: number, rate: number): Moments {
  const mean = random.binomial(n, rate) / n;
  return { n, mean, m2: n * mean * (1 - mean) };
}
