import {
  burnIn,
  combineStrata,
  confidenceSequence,
  cuped,
  groupSequentialBounds,
  meanDifference,
  meanOfLogE,
  momentsFromIntegers,
  oneSidedSequence,
  proportionDifference,
  quantileRanks,
  relativeConfidenceSequence,
  relativeLift,
  sequentialSampleRatioMismatch,
  shareProcess,
  tauSquaredFor,
  thresholdProcess,
  type IntegerSums,
} from '@liftgate/stats';

/**
 * What statistics cost: microseconds of processor time per call, the median of many batches. Run with
 * `npx tsx --conditions=@liftgate/source bench/stats.ts`.
 */
const tauSquared = tauSquaredFor({ alpha: 0.05, minimumEffect: 0.5 });
const tauOneSided = tauSquaredFor({ alpha: 0.01, minimumEffect: 0.5, sides: 1 });

/** Sums of n units of about 50 dollars in cents, as the accumulators keep them. */
function sums(n: number, cents: number): IntegerSums {
  const units = BigInt(n);
  const mean = BigInt(cents);
  return { n: units, s1: units * mean, s2: units * (mean * mean + 4_000_000n) };
}

/** One metric against one control over some stages: every number that the page shows and the rollout decides with. */
function analyseMetric(n: number, stages: number): number {
  const strata = Array.from({ length: stages }, (_, k) => ({
    control: momentsFromIntegers(sums(n, 5000 + k), 2),
    treatment: momentsFromIntegers(sums(n, 5010 + k), 2),
  }));
  const combined = combineStrata(strata);
  if (!combined) return 0;
  const { control, treatment } = combined;
  const estimate = treatment.mean - control.mean;
  const se = Math.sqrt(control.varianceOfMean + treatment.varianceOfMean);
  const ready = burnIn({ control: control.n, treatment: treatment.n, nonZero: n }).ready;
  const fixed = meanDifference(control, treatment);
  const lift = relativeLift(control, treatment);
  const sequence = confidenceSequence({ estimate, se, tauSquared });
  const relative = relativeConfidenceSequence({ control, treatment, tauSquared });
  const harm = oneSidedSequence({
    estimate,
    se,
    tauSquared: tauOneSided,
    alpha: 0.01,
    direction: 'decrease',
  });
  return [fixed, lift, sequence, relative, harm].filter((r) => r.status === 'ok').length + (ready ? 1 : 0);
}

function updateGuardrail(n: number): number {
  const failed = Math.round(n / 100);
  const share = shareProcess([
    { treatmentShare: 0.5, treatmentUnits: failed, controlUnits: failed + 3 },
    { treatmentShare: 0.5, treatmentUnits: failed, controlUnits: failed - 3 },
  ]);
  const limit = thresholdProcess({ failed, passed: n - failed, limit: 0.05 });
  return share.status === 'ok' && limit.status === 'ok' ? meanOfLogE([share.logE, limit.logE]) : 0;
}

function analyseExperiment(n: number): number {
  let total = 0;
  for (let stage = 0; stage < 5; stage++) {
    const split = sequentialSampleRatioMismatch([{ observed: [n, n + 10, n - 10], weights: [1, 1, 1] }]);
    if (split.status === 'ok') total += split.p;
  }
  for (let metric = 0; metric < 20; metric++) {
    for (let variant = 0; variant < 2; variant++) total += analyseMetric(n, 5);
  }
  return total;
}

const bivariate = { n: 10_000, meanX: 20, meanY: 21, sxx: 4e6, syy: 5e6, sxy: 3e6 };
const thirty = Array.from({ length: 30 }, (_, k) => (k + 1) / 30);

const rows: readonly (readonly [string, string, () => unknown])[] = [
  ['one metric, one stage, 10⁴ units', '≤ 50', () => analyseMetric(10_000, 1)],
  ['one metric, one stage, 10⁷ units', '≤ 50', () => analyseMetric(10_000_000, 1)],
  ['one metric, five stages, 10⁴ units', '', () => analyseMetric(10_000, 5)],
  ['guardrail update (share and limit), 10⁴ units', '≤ 10', () => updateGuardrail(10_000)],
  ['guardrail update (share and limit), 10⁷ units', '≤ 10', () => updateGuardrail(10_000_000)],
  ['20 metrics, 3 variants, 5 stages, 10⁴ units', '≤ 5000', () => analyseExperiment(10_000)],
  ['20 metrics, 3 variants, 5 stages, 10⁷ units', '≤ 5000', () => analyseExperiment(10_000_000)],
  [
    'proportions with Fisher, 10⁴ units',
    '',
    () => proportionDifference({ successes: 1000, n: 10_000 }, { successes: 1050, n: 10_000 }),
  ],
  [
    'proportions with Fisher, 10⁷ units',
    '',
    () => proportionDifference({ successes: 1e6, n: 1e7 }, { successes: 1.001e6, n: 1e7 }),
  ],
  ['CUPED', '', () => cuped(bivariate, { ...bivariate, meanY: 21.1 })],
  ['quantile ranks, 10⁶ units', '', () => quantileRanks(1_000_000, 0.95)],
  ['group sequential bounds, 30 looks', '', () => groupSequentialBounds({ fractions: thirty, alpha: 0.025 })],
];

console.log('| call | target µs | measured µs |');
console.log('|---|---|---|');
for (const [name, target, call] of rows)
  console.log(`| ${name} | ${target} | ${microseconds(call).toFixed(1)} |`);

/** Processor time per call, median over batches of about ten milliseconds: what other processes do meanwhile hardly shows. */
function microseconds(call: () => unknown): number {
  const warmUntil = performance.now() + 1000;
  let calls = 0;
  while (performance.now() < warmUntil) {
    call();
    calls += 1;
  }
  const perBatch = Math.max(1, Math.round(calls / 20));
  const batches = Array.from({ length: 31 }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < perBatch; i++) call();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / perBatch;
  });
  return batches.sort((a, b) => a - b)[15] ?? 0;
}
