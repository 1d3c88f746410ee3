import {
  asLift,
  type Comparison,
  type ExperimentResult,
  type MetricResult,
  type Verdict,
} from '@liftgate/rollout';
import {
  asCount,
  asDifference,
  asDifferences,
  asLifts,
  asMean,
  asP,
  asShare,
  significant,
} from './numbers.ts';
import { textTable } from './text-table.ts';

const READINGS = {
  better: 'better',
  worse: 'worse',
  not_sure: 'not sure yet',
  not_enough: 'not enough data',
} as const;

/** An experiment's result as people read it in a terminal. */
export function resultReport(result: ExperimentResult, verdict: Verdict): string[] {
  const analysed = result.variants.reduce((sum, { exposed }) => sum + exposed, 0);
  const title = `${result.flag} in ${result.environment}: ${asCount(analysed)} people in the experiment`;
  return [
    title,
    '',
    ...peopleLines(result),
    ...result.metrics.flatMap((metric) => ['', ...metricLines(metric, result)]),
    '',
    `${verdict.label}. ${verdict.sentence}`,
  ];
}

function peopleLines({ variants, control, split, quarantined }: ExperimentResult): string[] {
  const rows = variants.map(({ variant, exposed, plannedShare }) => [
    variant === control ? `${variant} (control)` : variant,
    asCount(exposed),
    asShare(plannedShare),
  ]);
  const met = quarantined === 0 ? 'nobody' : asCount(quarantined);
  const them = quarantined === 0 ? '' : ', who count nowhere';
  return [
    ...textTable([['Variant', 'People', 'Planned'], ...rows]),
    `  Split: ${splitWords(split)}`,
    `  Quarantined: ${met} met two variants${them}.`,
  ];
}

function splitWords(split: ExperimentResult['split']): string {
  if (split.status === 'no_units') return 'nobody yet.';
  const { chiSquare, sequential } = split;
  const reading = split.status === 'ok' ? 'matches the plan' : 'does not match the plan';
  const fixed =
    chiSquare === null
      ? 'no single chi-square over stages with different plans'
      : `chi-square ${significant(chiSquare.statistic, 4)}, df ${chiSquare.df}, p ${asP(chiSquare.p)}`;
  return `${reading} (${fixed}; however often one looks: p ${asP(sequential.p)}).`;
}

function metricLines(metric: MetricResult, { control, alpha }: ExperimentResult): string[] {
  const down = metric.direction === 'down' ? ', lower is better' : '';
  const arms = metric.arms.map((arm) => [
    arm.variant === control ? `${arm.variant} (control)` : arm.variant,
    asCount(arm.n),
    asMean(arm.mean, metric.unit),
    arm.sd === null ? 'none' : significant(arm.sd, 5),
  ]);
  const level = `${significant((1 - alpha) * 100, 4)}%`;
  return [
    `  ${metric.name} (${metric.kind}, ${metric.role}${down})`,
    ...textTable([['Variant', 'n', 'Mean', 'SD'], ...arms]),
    ...metric.comparisons.flatMap((comparison) => [
      '',
      ...comparisonLines(comparison, metric, control, level),
    ]),
  ];
}

function comparisonLines(
  comparison: Comparison,
  metric: MetricResult,
  control: string,
  level: string,
): string[] {
  const title = `    ${comparison.treatment} against ${control}: `;
  if (comparison.status !== 'ok') return [`${title}${READINGS.not_enough} (${comparison.reason})`];
  const { absolute, relative } = comparison;
  const { fixed, alwaysValid } = absolute;
  const rows = [
    ['', 'Difference', `${level} interval`, 'Change', `${level} interval`, 'p'],
    [
      'one planned look',
      asDifference(absolute.estimate, metric.unit),
      asDifferences(fixed.interval, metric.unit),
      relative === null ? 'none' : asLift(relative.lift),
      relative === null ? '' : asLifts(relative.fixed),
      asP(fixed.p),
    ],
    [
      'however often one looks',
      '',
      asDifferences(alwaysValid.interval, metric.unit),
      '',
      relative === null ? '' : asLifts(relative.alwaysValid),
      asP(alwaysValid.p),
    ],
  ];
  return [`${title}${READINGS[comparison.reading]}`, ...textTable(rows)];
}
