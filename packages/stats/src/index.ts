export * from './metric.ts';
export * from './moments.ts';
export * from './integer-sums.ts';
export * from './strata.ts';
export * from './distributions.ts';
export { DEFAULT_ALPHA, type Interval, type InvalidInput } from './input.ts';
export {
  meanDifference,
  welch,
  type MeanDifference,
  type MeanDifferenceOptions,
  type MeanTest,
} from './mean-difference.ts';
export * from './proportion.ts';
export { clopperPearsonInterval, wilsonInterval, type Successes } from './proportion-interval.ts';
export * from './fisher-exact.ts';
export * from './fieller.ts';
export { relativeLift, type RelativeLift, type RelativeLiftEstimate } from './relative-lift.ts';
export * from './mixture-tuning.ts';
export {
  confidenceSequence,
  pFromLogE,
  type ConfidenceSequence,
  type SequenceInput,
  type SequenceLook,
} from './confidence-sequence.ts';
export * from './relative-confidence-sequence.ts';
export * from './sample-ratio-mismatch.ts';
export * from './one-sided-sequence.ts';
export * from './margin.ts';
export * from './comparison.ts';
export * from './share-process.ts';
export * from './threshold-process.ts';
export * from './e-values.ts';
export * from './multiple-testing.ts';
export * from './bivariate-moments.ts';
export * from './cuped.ts';
export * from './ratio-metric.ts';
export { quantileRanks, type FixedQuantileRanks, type QuantileRanks } from './quantile-ranks.ts';
export * from './quantile-sequence.ts';
export * from './quantile.ts';
export * from './histogram.ts';
export * from './boundary-crossing.ts';
export * from './group-sequential.ts';
export * from './normal-posterior.ts';
export * from './beta-posterior.ts';
export * from './winsorize.ts';
export {
  annualValue,
  portfolioTotal,
  type AnnualValue,
  type DollarEstimate,
  type PortfolioTotal,
} from './dollars.ts';
export * from './shrinkage.ts';
export * from './return-on-investment.ts';
export * from './power.ts';
export * from './sample-size.ts';
export type { ErrorRates } from './error-rates.ts';
export * from './betting-process.ts';
export * from './running-evidence.ts';
export * from './pooled-difference.ts';
export * from './hybrid-test.ts';
export * from './sequential-plan.ts';
export * from './compare-plans.ts';
