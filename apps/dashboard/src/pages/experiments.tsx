import { useQuery } from '@tanstack/react-query';
import { Link, getRouteApi } from '@tanstack/react-router';
import { useTRPC } from '../api/client.ts';
import type { ExperimentItem } from '../api/types.ts';
import { IntervalAxis, IntervalRow } from '../charts/interval-row.tsx';
import { sharedDomain, type Domain } from '../charts/scale.ts';
import { copy } from '../copy.ts';
import { ageMs, dateTime, daysSince, duration } from '../format/date.ts';
import { count, differenceInterval, lift, liftInterval, metricDifference, people } from '../format/number.ts';
import { Empty } from '../ui/later.tsx';
import { Notice } from '../ui/notice.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { QueryView, Statement } from '../ui/query-view.tsx';
import { RowBones } from '../ui/skeleton.tsx';
import { Body, Cell, Head, HeadCell, Row, RowHead, Table } from '../ui/table.tsx';
import { Tag } from '../ui/tag.tsx';
import {
  decidingMetric,
  isMeasured,
  isQuotable,
  peopleCounted,
  relativeEffect,
  runningSince,
  tellingComparison,
} from './effect.ts';
import { EXPERIMENT_FILTERS, type ExperimentFilter } from './experiment-filter.ts';
import { belongs, inOrder } from './experiment-order.ts';

const route = getRouteApi('/$env/experiments');
const text = copy.experiments;
const OLD_AFTER_MS = 120_000;

/** Every experiment of the environment; what needs a person comes first. */
export function Experiments() {
  const { env } = route.useParams();
  const query = useQuery(useTRPC().experiments.list.queryOptions({ environment: env }));
  return (
    <>
      <PageHead title={text.title} lead={text.lead} />
      <QueryView
        query={query}
        what={`The ${text.title.toLowerCase()}`}
        skeleton={<RowBones rows={6} height={73} />}
      >
        {({ experiments }) => <ExperimentList items={experiments} />}
      </QueryView>
    </>
  );
}

function ExperimentList({ items }: { items: readonly ExperimentItem[] }) {
  const { env } = route.useParams();
  const { state = 'all' } = route.useSearch();
  if (items.length === 0) {
    return (
      <Empty
        sentence={text.empty}
        action={
          <Link to="/$env/flags" params={{ env }} search={{ new: true }} className="button button-primary">
            {text.emptyAction}
          </Link>
        }
        snippet={{ environment: env, flag: 'my_flag', metric: 'my_metric' }}
      />
    );
  }
  const shown = inOrder(items.filter((item) => belongs(item, state)));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Stale items={items} />
      <Filters items={items} chosen={state} />
      {shown.length === 0 ? (
        <Statement title={text.emptyFilter}>
          <Link to="/$env/experiments" params={{ env }} className="button">
            {text.emptyFilterAction}
          </Link>
        </Statement>
      ) : (
        <ExperimentTable items={shown} />
      )}
    </div>
  );
}

/** When even the newest numbers are old, the worker has stopped: said once, above all of them. */
function Stale({ items }: { items: readonly ExperimentItem[] }) {
  const { env } = route.useParams();
  const newest = items.map(({ result }) => result?.analysedAt ?? '').reduce((a, b) => (a > b ? a : b), '');
  if (newest === '' || ageMs(newest) <= OLD_AFTER_MS) return null;
  return (
    <Notice
      tone="warning"
      title={copy.state.stale(dateTime(newest), duration(ageMs(newest)))}
      action={
        <Link to="/$env/system" params={{ env }} className="button">
          {copy.nav.system}
        </Link>
      }
    >
      {copy.state.staleNext}
    </Notice>
  );
}

function Filters({ items, chosen }: { items: readonly ExperimentItem[]; chosen: ExperimentFilter }) {
  const { env } = route.useParams();
  return (
    <nav aria-label={text.filter} className="-mx-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
      <ul className="flex gap-1 border-b border-line">
        {EXPERIMENT_FILTERS.map((filter) => (
          <li key={filter}>
            <Link
              to="/$env/experiments"
              params={{ env }}
              search={filter === 'all' ? {} : { state: filter }}
              aria-current={filter === chosen ? 'page' : undefined}
              className={`-mb-px flex min-h-10 items-center gap-2 border-b-2 px-3 whitespace-nowrap max-sm:min-h-11 ${filter === chosen ? 'border-accent font-semibold' : 'border-transparent text-ink-2 hover:text-ink'}`}
            >
              {text.filters[filter]}
              <span className="text-[12.5px] font-normal text-ink-3">
                {items.filter((item) => belongs(item, filter)).length}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function ExperimentTable({ items }: { items: readonly ExperimentItem[] }) {
  const domain = sharedDomain(
    items.flatMap((item) => {
      const metric = decidingMetric(item);
      const comparison =
        metric === null || !isQuotable(item) || item.verdict.state === 'early'
          ? null
          : tellingComparison(metric);
      return comparison === null ? [] : relativeEffect(comparison);
    }),
  );
  return (
    <div className="panel overflow-hidden">
      <Table aria-label={text.tableLabel} className="table-fixed">
        <colgroup className="max-sm:hidden">
          <col className="w-[21%]" />
          <col className="w-[186px]" />
          <col className="w-[150px]" />
          <col />
          <col className="w-[80px] max-lg:hidden" />
          <col className="w-[64px] max-md:hidden" />
          <col className="w-[124px] max-lg:hidden" />
        </colgroup>
        <Head>
          <HeadCell className="h-11 pl-5">{text.columns.experiment}</HeadCell>
          <HeadCell>{text.columns.verdict}</HeadCell>
          <HeadCell className="pr-5 text-right">{text.columns.effect}</HeadCell>
          <HeadCell className="pr-6">
            <span className="sr-only">{copy.experiment.effects.columns.interval}</span>
            <IntervalAxis domain={domain} tickCount={5} />
          </HeadCell>
          <HeadCell className="text-right max-lg:hidden">{text.columns.people}</HeadCell>
          <HeadCell className="pr-5 text-right max-md:hidden">{text.columns.days}</HeadCell>
          <HeadCell className="max-lg:hidden">{text.columns.owner}</HeadCell>
        </Head>
        <Body>
          <Row className="hidden px-4 pt-3 max-sm:block">
            <Cell className="block">
              <IntervalAxis domain={domain} tickCount={4} />
            </Cell>
          </Row>
          {items.map((item) => (
            <ExperimentRow key={item.flag.key} item={item} domain={domain} />
          ))}
        </Body>
      </Table>
    </div>
  );
}

function ExperimentRow({ item, domain }: { item: ExperimentItem; domain: Domain }) {
  const { env } = route.useParams();
  const { flag, verdict } = item;
  const since = runningSince(item);
  const days = since === null ? text.notStarted : count(daysSince(since));
  return (
    <Row className="group relative border-b border-line last:border-0 hover:bg-well max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-3 max-sm:px-4 max-sm:py-4">
      <RowHead className="py-3.5 pl-5 max-sm:p-0">
        <Link
          to="/$env/experiments/$key"
          params={{ env, key: flag.key }}
          className="font-semibold after:absolute after:inset-0 after:content-[''] hover:text-accent"
        >
          {flag.name}
        </Link>
        <span className="key block truncate">{flag.key}</span>
      </RowHead>
      <Cell className="pr-3 max-sm:p-0">
        <Tag tone={verdict.tone}>{verdict.label}</Tag>
      </Cell>
      <EffectCells item={item} domain={domain} />
      <Cell className="text-right text-ink-2 max-lg:hidden">{count(peopleCounted(item))}</Cell>
      <Cell className="pr-5 text-right text-ink-2 max-md:hidden">{days}</Cell>
      <Cell className="truncate pr-4 text-ink-2 max-lg:hidden">{flag.owner || text.noOwner}</Cell>
      <Cell className="hidden text-[12.5px] text-ink-3 max-sm:col-span-2 max-sm:mt-1 max-sm:block">
        {people(peopleCounted(item))}
        {since === null ? '' : `, ${daysSince(since)} days`}
        {flag.owner === '' ? '' : `, ${flag.owner}`}
      </Cell>
    </Row>
  );
}

function EffectCells({ item, domain }: { item: ExperimentItem; domain: Domain }) {
  const goal = decidingMetric(item);
  const comparison = goal === null ? null : tellingComparison(goal);
  if (
    goal === null ||
    comparison === null ||
    !isMeasured(comparison) ||
    !isQuotable(item) ||
    item.verdict.state === 'early'
  ) {
    return (
      <>
        <Cell className="max-sm:hidden" />
        <Cell className="text-[13px] text-ink-3 max-sm:col-span-2 max-sm:mt-2">
          {isQuotable(item) ? text.noEffect : text.splitNoEffect}
        </Cell>
      </>
    );
  }
  const { relative, absolute, reading } = comparison;
  const change = relative === null ? metricDifference(absolute.estimate, goal.unit) : lift(relative.lift);
  const interval =
    relative?.alwaysValid == null
      ? differenceInterval(absolute.alwaysValid.interval, goal.unit)
      : liftInterval(relative.alwaysValid);
  const arms = goal.comparisons.length > 1 ? `, ${text.with(comparison.treatment)}` : '';
  return (
    <>
      <Cell className="pr-5 text-right max-sm:col-span-2 max-sm:mt-3 max-sm:flex max-sm:items-baseline max-sm:gap-2 max-sm:p-0 max-sm:text-left max-sm:text-[13px]">
        <span className="font-semibold">{change}</span>
        <span className="min-w-0 flex-1 truncate text-ink-2 sm:hidden">
          {goal.name}
          {arms}
        </span>
        <span className="text-[12px] leading-4 text-ink-3 max-sm:whitespace-nowrap sm:block">{interval}</span>
      </Cell>
      <Cell className="pr-6 max-sm:col-span-2 max-sm:p-0">
        <IntervalRow
          domain={domain}
          interval={relative?.alwaysValid ?? null}
          estimate={relative?.lift ?? null}
          reading={reading}
          tickCount={5}
          label={`${goal.name}: ${change}, ${interval}, ${copy.experiment.readings[reading]}`}
        />
        <span className="block truncate text-[12px] leading-4 text-ink-3 max-sm:hidden">
          {goal.name}
          {arms}
        </span>
      </Cell>
    </>
  );
}
