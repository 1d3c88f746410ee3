import { Link, getRouteApi } from '@tanstack/react-router';
import { ChartNoAxesColumn } from 'lucide-react';
import { Fragment, Suspense, lazy } from 'react';
import type { Comparison, ExperimentItem, ExperimentResult, MetricResult, Reading } from '../api/types.ts';
import { IntervalAxis, IntervalRow } from '../charts/interval-row.tsx';
import { sharedDomain, type Domain } from '../charts/scale.ts';
import { copy } from '../copy.ts';
import {
  differenceInterval,
  lift,
  liftInterval,
  metricDifference,
  metricValue,
  percent,
} from '../format/number.ts';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import type { Tone } from '../ui/shape.tsx';
import { Body, Cell, Head, HeadCell, Row, RowHead, Table } from '../ui/table.tsx';
import { Tag } from '../ui/tag.tsx';
import { useRemembered } from '../ui/use-remembered.ts';
import { useWide } from '../ui/use-wide.ts';
import { isMeasured, isQuotable, relativeEffect } from './effect.ts';

const StatisticsOf = lazy(() =>
  import('./experiment-statistics.tsx').then((module) => ({ default: module.StatisticsOf })),
);
const route = getRouteApi('/$env/experiments/$key');
const text = copy.experiment.effects;
const ROLES = ['goal', 'secondary', 'guardrail'] as const;
const TONES: Record<Reading, Tone> = {
  better: 'positive',
  worse: 'negative',
  not_sure: 'neutral',
  not_enough: 'neutral',
};

/** Every metric, every treatment, on one axis: what decides, what is watched, what must not get worse. */
export function EffectTable({ item, result }: { item: ExperimentItem; result: ExperimentResult }) {
  const [statistics, setStatistics] = useRemembered('statistics', false);
  const domain = sharedDomain(result.metrics.flatMap((metric) => metric.comparisons.flatMap(relativeEffect)));
  // Two columns are left out where there is no room; a cell over all of them must not bring them back.
  const columns = useWide() ? 6 : 4;
  const arms = result.variants.length > 2;
  const quotable = isQuotable(item);

  const toggle = (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <span className="max-sm:basis-full">{text.note(percent(1 - result.alpha, 1))}</span>
      <button
        type="button"
        className="button min-h-8 px-2.5 text-[13px] text-ink"
        aria-expanded={statistics}
        onClick={() => setStatistics(!statistics)}
      >
        <ChartNoAxesColumn size={14} aria-hidden="true" />
        {statistics ? copy.experiment.statistics.hide : copy.experiment.statistics.show}
      </button>
    </div>
  );
  if (result.metrics.length === 0) {
    return (
      <Panel title={text.title}>
        <p className="text-ink-2">{text.none}</p>
      </Panel>
    );
  }
  return (
    <Panel title={text.title} note={toggle} flush>
      {!quotable && (
        <div className="px-5 pb-3">
          <Notice tone="warning" title={text.notQuoted} />
        </div>
      )}
      {arms && <p className="px-5 pb-2 text-[13px] text-ink-2">{text.against(result.control)}</p>}
      <Table aria-label={text.title} className="table-fixed">
        <colgroup className="max-sm:hidden">
          <col className="w-[25%] max-lg:w-[30%]" />
          <col className="w-[84px] max-lg:hidden" />
          <col className="w-[88px] max-lg:hidden" />
          <col className="w-[152px]" />
          <col />
          <col className="w-[142px]" />
        </colgroup>
        <Head>
          <HeadCell className="h-9 pl-5">{text.columns.metric}</HeadCell>
          <HeadCell className="text-right max-lg:hidden">{text.columns.control}</HeadCell>
          <HeadCell className="text-right max-lg:hidden">{text.columns.treatment}</HeadCell>
          <HeadCell className="pr-5 text-right">{text.columns.change}</HeadCell>
          <HeadCell className="pr-5">
            <span className="sr-only">{text.columns.interval}</span>
            <IntervalAxis domain={domain} />
          </HeadCell>
          <HeadCell>{text.columns.reading}</HeadCell>
        </Head>
        {ROLES.map((role) => {
          const metrics = result.metrics.filter((metric) => metric.role === role);
          if (metrics.length === 0) return null;
          return (
            <Body key={role} className="border-b border-line last:border-0">
              <Row className="max-sm:block">
                <RowHead
                  scope="rowgroup"
                  colSpan={columns}
                  className="px-5 pt-3 pb-0.5 text-left text-[12.5px] font-[560] text-ink-2 max-sm:block"
                >
                  {text.roles[role]}
                  <span className="mt-1 block sm:hidden">
                    <IntervalAxis domain={domain} tickCount={5} />
                  </span>
                </RowHead>
              </Row>
              {metrics.map((metric) =>
                metric.comparisons.map((comparison, index) => (
                  <Fragment key={`${metric.metric} ${comparison.treatment}`}>
                    <EffectRow
                      {...{ metric, comparison, domain, arms, quotable }}
                      first={index === 0}
                      control={result.control}
                    />
                    {statistics && (
                      <Row className="max-sm:block">
                        <Cell colSpan={columns} className="px-5 pb-4 max-sm:block">
                          <Suspense fallback={null}>
                            <StatisticsOf
                              metric={metric}
                              comparison={comparison}
                              control={result.control}
                              alpha={result.alpha}
                            />
                          </Suspense>
                        </Cell>
                      </Row>
                    )}
                  </Fragment>
                )),
              )}
            </Body>
          );
        })}
      </Table>
    </Panel>
  );
}

interface RowProps {
  readonly metric: MetricResult;
  readonly comparison: Comparison;
  readonly domain: Domain;
  readonly arms: boolean;
  readonly quotable: boolean;
  readonly first: boolean;
  readonly control: string;
}

function EffectRow({ metric, comparison, domain, arms, quotable, first, control }: RowProps) {
  const { env, key } = route.useParams();
  const search = route.useSearch();
  const before = metric.arms.find(({ variant }) => variant === control)?.mean ?? null;
  const after = metric.arms.find(({ variant }) => variant === comparison.treatment)?.mean ?? null;
  const measured = isMeasured(comparison) ? comparison : null;
  const { change, interval } = changeOf(metric, comparison);
  const words = metric.role === 'guardrail' ? copy.experiment.guardrailReadings : copy.experiment.readings;
  const reading = quotable ? comparison.reading : 'not_sure';
  return (
    <Row className="max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_fit-content(60%)] max-sm:items-baseline max-sm:gap-x-3 max-sm:px-5 max-sm:py-3">
      <RowHead className="py-1.5 pl-5 max-sm:p-0">
        <Link
          to="/$env/experiments/$key"
          params={{ env, key }}
          search={{ ...search, metric: metric.metric, variant: comparison.treatment }}
          replace
          resetScroll={false}
          className={`hover:text-accent ${metric.role === 'goal' ? 'font-semibold' : ''} ${arms && !first ? 'sm:sr-only' : ''}`}
        >
          {metric.name}
        </Link>
        {metric.direction === 'down' && first && (
          <span className="ml-2 text-[12px] whitespace-nowrap text-ink-3">{text.lower}</span>
        )}
        {arms && <span className="block text-[13px] text-ink-2">{comparison.treatment}</span>}
        <span className="block text-[12.5px] text-ink-3 lg:hidden">
          {metricValue(before, metric.unit)} to {metricValue(after, metric.unit)}
        </span>
      </RowHead>
      <Cell className="text-right text-ink-2 max-lg:hidden">{metricValue(before, metric.unit)}</Cell>
      <Cell className="text-right text-ink-2 max-lg:hidden">{metricValue(after, metric.unit)}</Cell>
      <Cell className="pr-5 text-right max-sm:p-0">
        <span className={quotable ? 'font-semibold' : 'text-ink-2'}>{change}</span>
        <span className="block text-[12px] leading-4 text-ink-3">{interval}</span>
      </Cell>
      <Cell className="relative h-12 pr-5 max-sm:static max-sm:col-span-2 max-sm:mt-2 max-sm:h-auto max-sm:p-0">
        <IntervalRow
          domain={domain}
          interval={measured?.relative?.alwaysValid ?? null}
          estimate={measured?.relative?.lift ?? null}
          reading={reading}
          harmSide={metric.role !== 'guardrail' ? undefined : metric.direction === 'down' ? 'above' : 'below'}
          fill
          label={`${metric.name}${arms ? `, ${comparison.treatment}` : ''}: ${change}, ${interval}, ${words[comparison.reading]}`}
        />
      </Cell>
      <Cell className="pr-3 max-sm:col-span-2 max-sm:mt-1 max-sm:p-0">
        {quotable ? (
          <Tag tone={TONES[comparison.reading]}>{words[comparison.reading]}</Tag>
        ) : (
          <Tag tone="neutral">{text.unquoted}</Tag>
        )}
      </Cell>
    </Row>
  );
}

function changeOf(metric: MetricResult, comparison: Comparison): { change: string; interval: string } {
  if (!isMeasured(comparison)) return { change: '', interval: comparison.reason };
  const { relative, absolute } = comparison;
  // Without an interval a percentage says nothing: the control is too close to zero, and the difference is what counts.
  if (relative === null || relative.alwaysValid === null) {
    return {
      change: metricDifference(absolute.estimate, metric.unit),
      interval: differenceInterval(absolute.alwaysValid.interval, metric.unit),
    };
  }
  return { change: lift(relative.lift), interval: liftInterval(relative.alwaysValid) };
}
