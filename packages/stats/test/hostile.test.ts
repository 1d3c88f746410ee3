import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as stats from '@liftgate/stats';
import {
  hostileEstimate,
  hostileMoments,
  hostileNumber,
  notFinite,
  notProbability,
} from './support/arbitrary.ts';

/**
 * The contract of the library, for every analysis and every input that fits its types: an answer, never a throw; no NaN or Infinity
 * anywhere in it; probabilities in [0, 1]. Numbers come from anywhere a double can be.
 */
const number = hostileNumber;
const share = fc.oneof(number, fc.double({ min: 0, max: 1, noNaN: true }));
const arm = fc.oneof(
  fc.record({ successes: number, n: number }),
  fc.nat(300).chain((n) => fc.record({ successes: fc.nat(n), n: fc.constant(n) })),
);
const numbers = fc.array(number, { maxLength: 6 });
const bivariate = fc.oneof(
  fc.record({ n: number, meanX: number, meanY: number, sxx: number, syy: number, sxy: number }),
  fc.array(fc.tuple(number, number), { maxLength: 8 }).map((rows) =>
    stats.bivariateMomentsOf(
      rows.map(([x]) => x),
      rows.map(([, y]) => y),
    ),
  ),
);
const moments = fc.oneof(
  hostileMoments,
  numbers.map((values) => stats.momentsOf(values)),
);
const estimate = fc.oneof(
  hostileEstimate,
  fc
    .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 5 })
    .map((v) => stats.meanEstimate(stats.momentsOf(v))!),
);
const sums = fc.record({ n: fc.bigInt(), s1: fc.bigInt(), s2: fc.bigInt() });
const bigint = fc.oneof(fc.bigInt(), fc.constantFrom(0n, 1n, -1n, 10n ** 400n, -(10n ** 400n)));
const spending = fc.oneof(
  fc.constantFrom({ kind: 'obrien_fleming' as const }, { kind: 'pocock' as const }),
  fc.record({ kind: fc.constant('power' as const), phi: number }),
);
const quantile = fc.record({
  status: fc.constant('ok' as const),
  estimate: number,
  lower: fc.oneof(number, fc.constant(null)),
  upper: fc.oneof(number, fc.constant(null)),
});
const ranks = fc.record({ lowerRank: number, upperRank: number });
const histogram = fc.array(fc.nat(50), { minLength: 1, maxLength: 5 }).map((counts) => ({
  edges: [...counts.keys(), counts.length],
  counts,
}));
const direction = fc.constantFrom('increase' as const, 'decrease' as const);

/** Fixed, so that a run is repeatable; change it, and numRuns, to hunt. */
const SEED = 20_260;

/** Each analysis with inputs for it. */
const analyses: Record<string, fc.Arbitrary<unknown>> = {
  momentsOf: numbers.map(stats.momentsOf),
  mergeMoments: fc.tuple(moments, moments).map(([a, b]) => stats.mergeMoments(a, b)),
  replaceInMoments: fc
    .tuple(numbers, number, number)
    .map(([values, from, to]) => stats.replaceInMoments(stats.momentsOf(values), from, to)),
  momentsFromIntegers: fc
    .tuple(sums, number)
    .map(([s, decimals]) => stats.momentsFromIntegers(s, decimals % 30)),
  meanEstimate: moments.map(stats.meanEstimate),
  combineStrata: fc
    .array(fc.record({ control: moments, treatment: moments }), { maxLength: 3 })
    .map(stats.combineStrata),
  welch: fc
    .tuple(moments, moments, share, number)
    .map(([c, t, alpha, nul]) => stats.welch(c, t, { alpha, null: nul })),
  pooledMeanDifference: fc
    .tuple(moments, moments, share)
    .map(([c, t, alpha]) => stats.pooledMeanDifference(c, t, { alpha })),
  meanDifference: fc
    .tuple(estimate, estimate, share)
    .map(([c, t, alpha]) => stats.meanDifference(c, t, { alpha })),
  relativeLift: fc
    .tuple(estimate, estimate, share)
    .map(([c, t, alpha]) => stats.relativeLift(c, t, { alpha })),
  proportionDifference: fc
    .tuple(arm, arm, share)
    .map(([c, t, alpha]) => stats.proportionDifference(c, t, { alpha })),
  wilsonInterval: fc
    .tuple(arm, share)
    .map(([{ successes, n }, alpha]) => stats.wilsonInterval(successes, n, alpha)),
  fisherExact: fc.tuple(arm, arm).map(([c, t]) => stats.fisherExact(c, t)),
  clopperPearsonInterval: fc
    .tuple(arm, share)
    .map(([{ successes, n }, alpha]) => stats.clopperPearsonInterval(successes, n, alpha)),
  burnIn: fc.record({ control: number, treatment: number, nonZero: number }).map(stats.burnIn),
  meanOfLogE: numbers.map(stats.meanOfLogE),
  productOfLogE: numbers.map(stats.productOfLogE),
  logEdges: fc.tuple(number, number, number).map(([low, high, gamma]) => stats.logEdges(low, high, gamma)),
  clusterInflation: fc
    .array(fc.record({ values: number, atOrBelow: number }), { maxLength: 4 })
    .map(stats.clusterInflation),
  powerTwoSided: fc
    .tuple(number, number, share)
    .map(([effect, se, alpha]) => stats.powerTwoSided(effect, se, alpha)),
  powerOneSided: fc
    .tuple(number, number, share)
    .map(([effect, se, alpha]) => stats.powerOneSided(effect, se, alpha)),
  powerOfSequenceLook: fc
    .tuple(number, number, share, number)
    .map(([effect, se, alpha, c]) => stats.powerOfSequenceLook(effect, se, alpha, c)),
  cStar: share.map(stats.cStar),
  tauSquaredFor: fc.record({ alpha: share, power: share, minimumEffect: number }).map(stats.tauSquaredFor),
  tauSquaredForPlan: fc
    .record({ alpha: share, plannedUnits: number, variance: number })
    .map(stats.tauSquaredForPlan),
  confidenceSequence: fc
    .record({ estimate: number, se: number, tauSquared: number, alpha: share, null: number })
    .map(stats.confidenceSequence),
  oneSidedSequence: fc
    .record({ estimate: number, se: number, tauSquared: number, alpha: share, null: number, direction })
    .map(stats.oneSidedSequence),
  relativeMargin: fc
    .record({
      control: estimate,
      treatment: estimate,
      ratio: number,
      direction,
      tauSquared: number,
      alpha: share,
    })
    .map(stats.relativeMargin),
  relativeConfidenceSequence: fc
    .record({ control: estimate, treatment: estimate, tauSquared: number, alpha: share })
    .map(stats.relativeConfidenceSequence),
  hybridLook: fc
    .record({ estimate: number, se: number, tauSquared: number, alpha: share, final: fc.boolean() })
    .map(stats.hybridLook),
  sampleRatioMismatch: fc.tuple(numbers, numbers).map(([o, w]) => stats.sampleRatioMismatch(o, w)),
  sequentialSampleRatioMismatch: fc
    .tuple(fc.array(fc.record({ observed: numbers, weights: numbers }), { maxLength: 3 }), number)
    .map(([strata, concentration]) => stats.sequentialSampleRatioMismatch(strata, { concentration })),
  shareProcess: fc
    .tuple(
      fc.array(fc.record({ treatmentShare: share, treatmentUnits: number, controlUnits: number }), {
        maxLength: 3,
      }),
      number,
      numbers,
    )
    .map(([epochs, margin, ratios]) => stats.shareProcess(epochs, { margin, ratios })),
  thresholdProcess: fc
    .record({ failed: number, passed: number, limit: share, priorA: number, priorB: number })
    .map(stats.thresholdProcess),
  slowProcess: fc.record({ slow: number, fast: number, quantile: share }).map(stats.slowProcess),
  bettingSequence: fc
    .record({
      units: fc.array(fc.record({ treated: fc.boolean(), value: number }), { maxLength: 5 }),
      treatmentShare: share,
      bounds: fc.tuple(number, number),
      alpha: share,
      null: number,
    })
    .map(stats.bettingSequence),
  adjustPValues: fc
    .tuple(
      fc.array(fc.oneof(share, fc.constant(null)), { maxLength: 6 }),
      fc.constantFrom(
        'bonferroni' as const,
        'holm' as const,
        'benjamini_hochberg' as const,
        'benjamini_yekutieli' as const,
      ),
    )
    .map(([p, correction]) => stats.adjustPValues(p, correction)),
  eBenjaminiHochberg: fc.tuple(numbers, share).map(([e, alpha]) => stats.eBenjaminiHochberg(e, alpha)),
  eBonferroni: fc.tuple(numbers, share).map(([e, alpha]) => stats.eBonferroni(e, alpha)),
  cuped: fc.tuple(bivariate, bivariate, share).map(([c, t, alpha]) => stats.cuped(c, t, { alpha })),
  ratioDifference: fc
    .tuple(bivariate, bivariate, share)
    .map(([c, t, alpha]) => stats.ratioDifference(c, t, { alpha })),
  quantileRanks: fc.tuple(number, share, share).map(([n, q, alpha]) => stats.quantileRanks(n, q, alpha)),
  quantileSequenceRanks: fc
    .record({ n: number, q: share, concentration: number, alpha: share })
    .map(stats.quantileSequenceRanks),
  quantileOf: fc.tuple(numbers, share, share).map(([values, q, alpha]) => stats.quantileOf(values, q, alpha)),
  histogramQuantile: fc
    .tuple(numbers, numbers, share)
    .map(([edges, counts, q]) =>
      stats.histogramQuantile({ edges: edges.toSorted((a, b) => a - b), counts }, q),
    ),
  groupSequentialBounds: fc.tuple(fc.array(share, { maxLength: 4 }), share, number).map(([f, alpha, phi]) =>
    stats.groupSequentialBounds({
      fractions: f.toSorted((a, b) => a - b),
      alpha,
      spending: { kind: 'power', phi },
    }),
  ),
  groupSequentialLook: fc
    .tuple(fc.array(share, { maxLength: 3 }), share, number, number)
    .map(([f, alpha, e, se]) =>
      stats.groupSequentialLook({ fractions: f.toSorted((a, b) => a - b), alpha }, { estimate: e, se }),
    ),
  normalPosterior: fc
    .record({ estimate: number, se: number, priorMean: number, priorSd: number, alpha: share })
    .map(stats.normalPosterior),
  betaPosterior: fc
    .tuple(
      arm,
      arm,
      fc.record({
        a: fc.oneof(number, fc.integer({ min: 1, max: 9 })),
        b: fc.oneof(number, fc.integer({ min: 1, max: 9 })),
      }),
    )
    .map(([c, t, prior]) => stats.betaPosterior(c, t, prior)),
  percentileCap: fc.tuple(numbers, share).map(([values, p]) => stats.percentileCap(values, p)),
  winsorize: fc.tuple(numbers, number).map(([values, cap]) => stats.winsorize(values, cap)),
  ratioEstimate: bivariate.map(stats.ratioEstimate),
  annualValue: fc
    .record({ effectUsd: number, se: number, annualUnits: number, annualUnitsSe: number, alpha: share })
    .map(stats.annualValue),
  portfolioTotal: fc
    .tuple(fc.array(fc.record({ valueUsd: number, seUsd: number }), { maxLength: 4 }), share, share)
    .map(([features, alpha, correlation]) => stats.portfolioTotal(features, { alpha, correlation })),
  returnOnInvestment: fc
    .record({ valueUsd: number, valueSeUsd: number, costUsd: number, costSeUsd: number, alpha: share })
    .map(stats.returnOnInvestment),
  shrink: fc.record({ estimate: number, se: number, priorSd: number }).map(stats.shrink),
  fitPriorSd: fc.array(fc.record({ estimate: number, se: number }), { maxLength: 5 }).map(stats.fitPriorSd),
  meanSampleSize: fc
    .record({ sd: number, effect: number, ratio: number, alpha: share, power: share })
    .map(stats.meanSampleSize),
  proportionSampleSize: fc
    .record({ p: share, lift: number, alpha: share, power: share })
    .map(stats.proportionSampleSize),
  nonInferioritySampleSize: fc
    .record({ p: share, margin: number, alpha: share, power: share })
    .map(stats.nonInferioritySampleSize),
  minimumDetectableEffect: fc
    .record({ sd: number, mean: number, unitsPerArm: number, alpha: share, power: share })
    .map(stats.minimumDetectableEffect),
  comparePlans: fc
    .record({
      sd: number,
      effect: number,
      looks: fc.integer({ min: -1, max: 4 }),
      dailyUnits: number,
      alpha: share,
      power: share,
    })
    .map(stats.comparePlans),
  informationFor: fc.record({ alpha: share, power: share, minimumEffect: number }).map(stats.informationFor),
  spentAlpha: fc
    .tuple(spending, share, share)
    .map(([how, alpha, t]) => ({ probability: stats.spentAlpha(how, alpha, t) })),
  planPower: fc
    .tuple(
      fc.array(share, { maxLength: 4 }),
      fc.array(fc.oneof(number, fc.constant(null)), { maxLength: 4 }),
      number,
      fc.constantFrom(1 as const, 2 as const),
    )
    .map(([fractions, bounds, drift, sides]) =>
      stats.planPower({ fractions: fractions.toSorted((a, b) => a - b), bounds, drift, sides }),
    ),
  groupSequentialInflation: fc
    .record({ alpha: share, power: share, looks: fc.integer({ min: -1, max: 3 }), spending })
    .map(stats.groupSequentialInflation),
  sequenceInflation: fc
    .record({ alpha: share, power: share, looks: fc.integer({ min: -1, max: 3 }) })
    .map(stats.sequenceInflation),
  oneSidedClosedBound: fc.tuple(number, share).map(([c, alpha]) => stats.oneSidedClosedBound(c, alpha)),
  sampleSizeMixture: fc
    .tuple(number, number, share)
    .map(([units, tuning, alpha]) => stats.sampleSizeMixture(units, tuning, alpha)),
  shrinkingMixture: fc
    .tuple(number, number, share)
    .map(([v, pooled, alpha]) => stats.shrinkingMixture(v, pooled, alpha)),
  cStarApproximation: share.map(stats.cStarApproximation),
  pFromLogE: number.map((logE) => ({ p: stats.pFromLogE(logE) })),
  quantileDifference: fc.tuple(quantile, quantile).map(([c, t]) => stats.quantileDifference(c, t)),
  widenedRanks: fc
    .tuple(ranks, number, share, number)
    .map(([r, n, q, inflation]) => stats.widenedRanks(r, n, q, inflation)),
  orderStatisticVariance: fc
    .record({ n: number, sampleSize: number, q: share, lower: number, upper: number, alpha: share })
    .map(stats.orderStatisticVariance),
  typeSevenQuantile: fc.tuple(numbers, share).map(([values, q]) => stats.typeSevenQuantile(values, q)),
  inverseCdfQuantile: fc.tuple(numbers, share).map(([values, q]) => stats.inverseCdfQuantile(values, q)),
  rankLogE: fc
    .tuple(number, number, share, number)
    .map(([s, n, q, concentration]) => stats.rankLogE(s, n, q, concentration)),
  rankConcentration: fc.tuple(number, share).map(([n, alpha]) => stats.rankConcentration(n, alpha)),
  'histogramQuantile, with ranks of the caller': fc
    .tuple(histogram, share, ranks)
    .map(([h, q, r]) => stats.histogramQuantile(h, q, { ranks: r })),
  mergeHistograms: fc
    .tuple(histogram, numbers, numbers)
    .map(([h, mine, other]) => [
      stats.mergeHistograms(h, { ...h, counts: other }),
      stats.mergeHistograms({ ...h, counts: mine }, { ...h, counts: other }),
    ]),
  variance: moments.map(stats.variance),
  'replaceInMoments, of any moments': fc
    .tuple(moments, number, number)
    .map(([m, from, to]) => stats.replaceInMoments(m, from, to)),
  momentsOfY: bivariate.map(stats.momentsOfY),
  bivariateMomentsOf: fc.tuple(numbers, numbers).map(([x, y]) => stats.bivariateMomentsOf(x, y)),
  mergeBivariateMoments: fc.tuple(bivariate, bivariate).map(([a, b]) => stats.mergeBivariateMoments(a, b)),
  bivariateMomentsFromIntegers: fc
    .tuple(
      fc.record({ n: bigint, sumX: bigint, sumY: bigint, sumXX: bigint, sumYY: bigint, sumXY: bigint }),
      fc.record({ x: number, y: number }),
    )
    .map(([s, decimals]) => stats.bivariateMomentsFromIntegers(s, decimals)),
  'momentsFromIntegers, of any sums': fc
    .tuple(fc.record({ n: bigint, s1: bigint, s2: bigint }), number)
    .map(([s, decimals]) => stats.momentsFromIntegers(s, decimals)),
  addIntegerSums: fc.tuple(sums, sums).map(([a, b]) => stats.addIntegerSums(a, b)),
  ratioOf: fc.tuple(bigint, bigint).map(([a, b]) => stats.ratioOf(a, b)),
  slope: fc
    .tuple(bivariate, bivariate, fc.constantFrom('pooled_within' as const, 'joint' as const))
    .map(([c, t, mode]) => stats.slope(c, t, mode)),
  cupedEstimates: fc
    .tuple(bivariate, bivariate, number)
    .map(([c, t, theta]) => stats.cupedEstimates(c, t, theta)),
  'cuped, with a slope of the caller': fc
    .tuple(bivariate, bivariate, number)
    .map(([c, t, theta]) => stats.cuped(c, t, { theta })),
  withLook: fc
    .tuple(
      fc.oneof(
        fc.constant(null),
        fc.record({ p: share, interval: fc.tuple(number, number), conflicting: fc.boolean() }),
      ),
      fc.record({
        status: fc.constant('ok' as const),
        z: number,
        c: number,
        logE: number,
        p: share,
        interval: fc.tuple(number, number),
        halfWidth: number,
      }),
    )
    .map(([before, look]) => stats.withLook(before, look)),
  checkArms: fc.tuple(moments, moments).map(([c, t]) => stats.checkArms(c, t)),
  complaintAboutMoments: moments.map((m) => stats.complaintAboutMoments('arm', m)),
  complaintAboutBivariate: bivariate.map((m) => stats.complaintAboutBivariate('arm', m)),
  countsEveryUnit: fc.constantFrom(...stats.METRIC_KINDS).map(stats.countsEveryUnit),
  duration: fc
    .record({ unitsPerArm: number, arms: number, dailyUnits: number, allocation: share, correlation: share })
    .map(stats.duration),
};

describe('on any input, an answer without NaN, Infinity or a throw', () => {
  it.each(Object.keys(analyses))('%s', (name) => {
    fc.assert(
      fc.property(analyses[name] ?? fc.constant(null), (answer) => {
        expect(notFinite(answer)).toEqual([]);
        expect(notProbability(answer)).toEqual([]);
      }),
      { numRuns: 400, seed: SEED },
    );
  });
});

const anyZ = fc.double({ min: -1e140, max: 1e140, noNaN: true });
const positive = fc.double({ min: 0, max: 1e140, noNaN: true });
const inside = fc.double({ min: 1e-300, max: 1 - 2 ** -53, noNaN: true });
const shape = fc.double({ min: 0.01, max: 1e9, noNaN: true });
const binomial = fc
  .nat(10_000)
  .chain((n) => fc.tuple(fc.nat(n), fc.constant(n), fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true })));

/** The mathematics underneath, which has a domain instead (see distributions.ts). */
const functions: Record<string, fc.Arbitrary<unknown>> = {
  normalDensity: anyZ.map(stats.normalDensity),
  normalCdf: anyZ.map(stats.normalCdf),
  normalSf: anyZ.map(stats.normalSf),
  normalLogSf: anyZ.map(stats.normalLogSf),
  normalLogCdf: anyZ.map(stats.normalLogCdf),
  normalIsf: inside.map(stats.normalIsf),
  millsRatio: positive.map(stats.millsRatio),
  tSf: fc.tuple(anyZ, shape).map(([t, df]) => stats.tSf(t, df)),
  tLogSf: fc.tuple(anyZ, shape).map(([t, df]) => stats.tLogSf(t, df)),
  tIsf: fc.tuple(inside, shape).map(([p, df]) => stats.tIsf(p, Math.max(2, df))),
  chiSquareSf: fc.tuple(positive, shape).map(([x, df]) => stats.chiSquareSf(x, df)),
  chiSquareLogSf: fc.tuple(positive, shape).map(([x, df]) => stats.chiSquareLogSf(x, df)),
  chiSquareIsf: fc.tuple(inside, shape).map(([p, df]) => stats.chiSquareIsf(p, df)),
  betaCdf: fc.tuple(inside, shape, shape).map(([x, a, b]) => stats.betaCdf(x, a, b)),
  betaSf: fc.tuple(inside, shape, shape).map(([x, a, b]) => stats.betaSf(x, a, b)),
  betaLogCdf: fc.tuple(inside, shape, shape).map(([x, a, b]) => stats.betaLogCdf(x, a, b)),
  betaLogSf: fc.tuple(inside, shape, shape).map(([x, a, b]) => stats.betaLogSf(x, a, b)),
  betaQuantile: fc.tuple(inside, shape, shape).map(([p, a, b]) => stats.betaQuantile(p, a, b)),
  betaIsf: fc.tuple(inside, shape, shape).map(([p, a, b]) => stats.betaIsf(p, a, b)),
  binomialCdf: binomial.map(([k, n, p]) => stats.binomialCdf(k, n, p)),
  binomialSfAtLeast: binomial.map(([k, n, p]) => stats.binomialSfAtLeast(k, n, p)),
  binomialLogPmf: binomial.map(([k, n, p]) => stats.binomialLogPmf(k, n, p)),
  logGamma: shape.map(stats.logGamma),
  logBeta: fc.tuple(shape, shape).map(([a, b]) => stats.logBeta(a, b)),
};

describe('in its domain, a finite number', () => {
  it.each(Object.keys(functions))('%s', (name) => {
    fc.assert(
      fc.property(functions[name] ?? fc.constant(null), (answer) => {
        expect(notFinite(answer)).toEqual([]);
      }),
      { numRuns: 400, seed: SEED },
    );
  });
});

/** Parts of an analysis that leave checking to it: their doc comments say what they take. */
const parts = `
  fiellerRatio liftSet shiftSet scaleSet
  probabilityAbove probabilityBelow survivingPaths logBetaTail
`.split(/\s+/);

it('every public function is tried above, or named as a part of one', () => {
  const tried = [...Object.keys({ ...analyses, ...functions }).map((name) => name.split(',')[0]), ...parts];
  const all = Object.entries(stats).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  expect(all.filter((name) => !tried.includes(name))).toEqual([]);
});
