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
