import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@liftgate/server';

/** The server's router type is all that the dashboard knows of the server; every other type follows from it. */
export type { AppRouter };

type Outputs = inferRouterOutputs<AppRouter>;

export type Flag = Outputs['flags']['get'];
export type ExperimentItem = Outputs['experiments']['get'];
export type ExperimentResult = NonNullable<ExperimentItem['result']>;
export type MetricResult = ExperimentResult['metrics'][number];
export type Comparison = MetricResult['comparisons'][number];
export type MeasuredComparison = Extract<Comparison, { status: 'ok' }>;
export type SplitResult = ExperimentResult['split'];
export type Verdict = ExperimentItem['verdict'];
export type VerdictState = Verdict['state'];
export type SystemInfo = Outputs['system']['info'];
export type SystemHealth = Outputs['system']['health'];
export type Stage = Flag['stage'];
export type FlagLists = Flag['lists'];
export type Reading = Comparison['reading'];
export type ArmResult = MetricResult['arms'][number];
export type MetricUnit = MetricResult['unit'];
/** [lower, upper]; null where the data leave that side open. */
export type Interval = readonly [number | null, number | null];
