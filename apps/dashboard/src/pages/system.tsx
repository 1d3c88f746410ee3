import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Check, TriangleAlert } from 'lucide-react';
import { useTRPC } from '../api/client.ts';
import type { SystemHealth } from '../api/types.ts';
import { copy } from '../copy.ts';
import { ageMs, duration } from '../format/date.ts';
import { bytes, count, plain } from '../format/number.ts';
import { Notice } from '../ui/notice.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { Bone } from '../ui/skeleton.tsx';

const route = getRouteApi('/$env/system');
const text = copy.system;
const ASK_EVERY_MS = 3_000;
const LAG_WARNING_MS = 10_000;
const SLOW_REDIS_MS = 5;

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly detail?: string;
  readonly good: boolean;
  readonly next?: string;
}

/** What must be right for the numbers to be right; each with what to do when it is not. */
export function System() {
  const { env } = route.useParams();
  const query = useQuery({
    ...useTRPC().system.health.queryOptions({ environment: env }),
    refetchInterval: ASK_EVERY_MS,
  });
  return (
    <>
      <PageHead title={text.title} lead={text.lead} />
      <QueryView query={query} what="System health" skeleton={<SystemBones />}>
        {(health) => (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
            <Tiles tiles={tilesOf(health)} />
            <BalanceTable health={health} />
            {health.broken.length > 0 && (
              <Panel title={text.broken} note={text.brokenNext}>
                <ul className="grid gap-2">
                  {health.broken.map(({ kind, key, message }) => (
                    <li key={`${kind} ${key}`}>
                      <span className="font-semibold">{kind}</span>{' '}
                      <span className="key text-ink-2">{key}</span> {message}
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
          </div>
        )}
      </QueryView>
    </>
  );
}

function Tiles({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <>
      {tiles.map(
        ({ name, value, good, next }) =>
          !good && (
            <Notice key={name} tone="negative" title={`${name}: ${value}.`} announce>
              {next}
            </Notice>
          ),
      )}
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-3 sm:grid-cols-2 xl:grid-cols-4">
        {tiles.map(({ name, value, detail, good }) => (
          <li key={name} className="panel px-5 py-4">
            <p className="flex items-center justify-between gap-2 text-[13px] text-ink-2">
              {name}
              <span className="sr-only">{good ? text.states.good : text.states.bad}</span>
              {good ? (
                <Check size={16} aria-hidden="true" className="text-pos" />
              ) : (
                <TriangleAlert size={16} aria-hidden="true" className="text-neg" />
              )}
            </p>
            <p className="mt-1 text-[19px] leading-7 font-[640] tracking-[-0.012em]">{value}</p>
            <p className="min-h-5 text-[12.5px] text-ink-3">{detail}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

function tilesOf({ redis, workers, progress, balance, broken }: SystemHealth): Tile[] {
  const lastSeen = Math.min(...workers.map(({ lastSeenAt }) => ageMs(lastSeenAt)));
  const safe = redis.evictionPolicy === 'noeviction';
  return [
    {
      name: text.workers,
      value: workers.length === 0 ? text.workersNone : text.workersValue(workers.length),
      ...(workers.length === 0 ? {} : { detail: text.workersSeen(duration(lastSeen)) }),
      good: workers.length > 0,
      next: text.workersNext,
    },
    {
      name: text.lag,
      value: progress.behind === 0 ? text.lagNone : text.lagValue(duration(progress.lagMs)),
      detail: text.lagDetail(count(progress.events)),
      good: progress.lagMs < LAG_WARNING_MS,
      next: text.lagNext,
    },
    {
      name: text.unexplained,
      value: count(balance.unexplained),
      detail: text.unexplainedDetail(count(balance.received)),
      good: balance.unexplained === 0,
      next: text.unexplainedNext,
    },
    {
      name: text.redis,
      value: `${plain(redis.roundTripMs, 2)} ms`,
      detail: text.redisDetail(redis.version),
      good: redis.roundTripMs < SLOW_REDIS_MS,
      next: text.redisNext,
    },
    {
      name: text.memory,
      value: bytes(redis.usedMemoryBytes),
      detail: redis.maxMemoryBytes === 0 ? text.memoryFree : text.memoryOf(bytes(redis.maxMemoryBytes)),
      good: redis.maxMemoryBytes === 0 || redis.usedMemoryBytes < redis.maxMemoryBytes * 0.9,
    },
    {
      name: text.eviction,
      value: redis.evictionPolicy,
      detail: safe ? text.evictionGood : text.evictionBad(redis.evictionPolicy),
      good: safe,
      next: text.evictionNext,
    },
    {
      name: text.durable,
      value: redis.appendOnly ? text.durableYes : text.durableNo,
      detail: redis.appendOnly ? text.durableDetail : text.durableNext,
      good: redis.appendOnly,
      next: text.durableNext,
    },
    {
      name: text.broken,
      value: count(broken.length),
      detail: text.brokenDetail,
      good: broken.length === 0,
      next: text.brokenNext,
    },
  ];
}

function BalanceTable({ health: { balance } }: { health: SystemHealth }) {
  const names: Readonly<Record<string, string>> = text.dispositions;
  const rows = [
    ...Object.entries(balance.total)
      .filter(([, events]) => events > 0)
      .map(
        ([kind, events]) =>
          [names[kind] ?? text.rejected(plainWords(kind.replace('rejected:', ''))), events] as const,
      ),
    ...Object.entries(balance.refused).map(
      ([reason, events]) => [text.refused(plainWords(reason)), events] as const,
    ),
  ];
  return (
    <Panel title={text.balance} note={text.balanceNote} flush>
      {rows.length === 0 ? (
        <p className="px-5 pb-5 text-ink-2">{text.balanceNone}</p>
      ) : (
        <table className="mb-2 w-full border-collapse">
          <thead>
            <tr className="border-b border-line">
              <th scope="col" className="th h-9 pl-5">
                {text.balanceColumns.where}
              </th>
              <th scope="col" className="th pr-5 text-right">
                {text.balanceColumns.events}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, events]) => (
              <tr key={name} className="border-b border-line last:border-0">
                <th scope="row" className="py-2 pl-5 text-left font-normal">
                  {name}
                </th>
                <td className="pr-5 text-right font-medium">{count(events)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function plainWords(name: string): string {
  return name.replaceAll('_', ' ');
}

function SystemBones() {
  return (
    <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      {Array.from({ length: 7 }, (_, index) => (
        <Bone key={index} className="h-[106px] rounded-panel" />
      ))}
    </div>
  );
}
