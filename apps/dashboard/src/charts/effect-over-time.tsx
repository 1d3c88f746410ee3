import { useState, type PointerEvent, type ReactNode } from 'react';
import type { Interval } from '../api/types.ts';
import { copy } from '../copy.ts';
import { longDay, shortDay } from '../format/date.ts';
import { lift, liftInterval, people } from '../format/number.ts';
import { DataTable } from './data-table.tsx';
import { position, ticks, type Domain } from './scale.ts';
import { tickLabel } from './tick-label.ts';

export interface Point {
  readonly day: string;
  readonly exposed: number;
  readonly lift: number;
  readonly interval: Interval;
}

export interface Mark {
  readonly at: string;
  readonly label: string;
}

interface EffectOverTimeProps {
  readonly metric: string;
  readonly points: readonly Point[];
  /** Moments at which the stage changed. */
  readonly marks: readonly Mark[];
}

/** The lift as it was read each day, with the band that holds however often one looks. */
export function EffectOverTime({ metric, points, marks }: EffectOverTimeProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const last = points.at(-1);
  if (last === undefined)
    return <p className="py-10 text-center text-ink-2">{copy.experiment.series.empty}</p>;

  const domain = verticalDomain(points);
  const x = (index: number) => (points.length === 1 ? 50 : (index / (points.length - 1)) * 100);
  const y = (value: number) => 100 - position(value, domain);
  const focus = hovered === null ? null : (points[hovered] ?? null);

  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    setHovered(Math.min(points.length - 1, Math.max(0, Math.round(share * (points.length - 1)))));
  };

  return (
    <figure
      className="m-0"
      aria-label={copy.experiment.series.label(
        metric,
        lift(last.lift),
        liftInterval(last.interval),
        points.length,
      )}
    >
      <div
        className="relative mr-16 ml-12 h-60"
        aria-hidden="true"
        onPointerMove={follow}
        onPointerLeave={() => setHovered(null)}
      >
        <svg className="absolute inset-0 size-full overflow-visible" aria-hidden="true">
          {points.length === 1 ? (
            <line
              x1="50%"
              x2="50%"
              y1={`${y(last.interval[0] ?? domain.min)}%`}
              y2={`${y(last.interval[1] ?? domain.max)}%`}
              stroke="var(--band)"
              strokeWidth={14}
            />
          ) : (
            <Stretched>
              <path className="c-band" d={bandPath(points, x, y, domain)} />
            </Stretched>
          )}
          {ticks(domain, 5).map((tick) => (
            <line
              key={tick}
              className={tick === 0 ? 'c-line-zero' : 'c-line-grid'}
              x1="0%"
              x2="100%"
              y1={`${y(tick)}%`}
              y2={`${y(tick)}%`}
            />
          ))}
          <Stretched>
            <path className="c-estimate" vectorEffect="non-scaling-stroke" d={linePath(points, x, y)} />
          </Stretched>
          {spaced(marksInside(marks, points)).map(({ share, label, showLabel }) => (
            <g key={`${label}${share}`}>
              <line
                x1={`${share}%`}
                x2={`${share}%`}
                y1="0%"
                y2="100%"
                stroke="var(--ink-3)"
                strokeDasharray="2 4"
              />
              {showLabel && (
                <text className="c-axis c-halo" x={`${share}%`} y={9} dx={5}>
                  {label}
                </text>
              )}
            </g>
          ))}
          <circle
            cx={`${x(points.length - 1)}%`}
            cy={`${y(last.lift)}%`}
            r={5}
            fill="var(--accent)"
            stroke="var(--surface)"
            strokeWidth={2}
          />
          {focus !== null && hovered !== null && (
            <>
              <line x1={`${x(hovered)}%`} x2={`${x(hovered)}%`} y1="0%" y2="100%" stroke="var(--accent)" />
              <circle
                cx={`${x(hovered)}%`}
                cy={`${y(focus.lift)}%`}
                r={4.5}
                fill="var(--surface)"
                stroke="var(--accent)"
                strokeWidth={2}
              />
            </>
          )}
        </svg>

        {ticks(domain, 5).map((tick) => (
          <span
            key={tick}
            className={`absolute right-full mr-2.5 -translate-y-1/2 text-[11.5px] whitespace-nowrap ${tick === 0 ? 'font-semibold text-ink' : 'text-ink-3'}`}
            style={{ top: `${y(tick)}%` }}
          >
            {tickLabel(tick)}
          </span>
        ))}
        {points.length > 1 && (
          <span
            className="absolute left-full ml-3 -translate-y-1/2 text-[13px] font-semibold whitespace-nowrap"
            style={{ top: `${y(last.lift)}%` }}
          >
            {lift(last.lift)}
          </span>
        )}
        {dayLabels(points).map((index) => (
          <span
            key={points[index]?.day}
            className="absolute top-full mt-2 -translate-x-1/2 text-[11.5px] whitespace-nowrap text-ink-3"
            style={{ left: `${x(index)}%` }}
          >
            {shortDay(points[index]?.day ?? '')}
          </span>
        ))}
        {focus !== null && hovered !== null && <Readout point={focus} share={x(hovered)} />}
      </div>
      <div className="h-7" />
      <DataTable
        caption={copy.chart.table}
        head={[
          copy.experiment.series.day,
          copy.experiment.series.change,
          copy.experiment.series.interval,
          copy.experiment.series.people,
        ]}
        rows={points.map((point) => [
          longDay(point.day),
          lift(point.lift),
          liftInterval(point.interval),
          people(point.exposed),
        ])}
      />
    </figure>
  );
}

/** A drawing area of 100 by 100 over the whole plot, whatever its size. */
function Stretched({ children }: { children: ReactNode }) {
  return (
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">
      {children}
    </svg>
  );
}

function Readout({ point, share }: { point: Point; share: number }) {
  return (
    <div
      className={`pointer-events-none absolute top-2 z-10 rounded-control border border-line bg-surface px-3 py-2 text-[12.5px] leading-5 whitespace-nowrap shadow-[var(--shadow-over)] ${share > 55 ? '-translate-x-[calc(100%+10px)]' : 'translate-x-2.5'}`}
      style={{ left: `${share}%` }}
    >
      <p className="text-ink-2">{longDay(point.day)}</p>
      <p className="font-semibold">{lift(point.lift)}</p>
      <p className="text-ink-2">{liftInterval(point.interval)}</p>
      <p className="text-ink-3">{people(point.exposed)}</p>
    </div>
  );
}

/** The first days' band is so wide that it would flatten the rest: the axis is made for the later part. */
function verticalDomain(points: readonly Point[]): Domain {
  const later = points.slice(Math.floor(points.length / 4));
  const values = later.flatMap(({ lift, interval: [lower, upper] }) => [lift, lower ?? lift, upper ?? lift]);
  const lowest = Math.min(0, ...values);
  const highest = Math.max(0, ...values);
  const span = highest - lowest || 0.1;
  return { min: lowest - span * 0.1, max: highest + span * 0.1 };
}

type Place = (value: number) => number;

function linePath(points: readonly Point[], x: Place, y: Place): string {
  return points.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(point.lift)}`).join('');
}

function bandPath(points: readonly Point[], x: Place, y: Place, domain: Domain): string {
  const upper = points.map((point, index) => `${x(index)} ${y(point.interval[1] ?? domain.max)}`);
  const lower = points
    .map((point, index) => `${x(index)} ${y(point.interval[0] ?? domain.min)}`)
    .toReversed();
  return `M${[...upper, ...lower].join('L')}Z`;
}

/** About five days, the first and the last among them. */
function dayLabels(points: readonly Point[]): number[] {
  const most = Math.min(5, points.length);
  if (most === 1) return [0];
  return [
    ...new Set(
      Array.from({ length: most }, (_, index) => Math.round((index * (points.length - 1)) / (most - 1))),
    ),
  ];
}

function marksInside(marks: readonly Mark[], points: readonly Point[]) {
  const first = Date.parse(points[0]?.day ?? '');
  const last = Date.parse(points.at(-1)?.day ?? '');
  if (!(last > first)) return [];
  return marks
    .map(({ at, label }) => ({
      label,
      share: ((Date.parse(at.slice(0, 10)) - first) / (last - first)) * 100,
    }))
    .filter(({ share }) => share >= 0 && share <= 97);
}

/** Labels that would stand on each other give way to the later one. */
function spaced(marks: readonly { label: string; share: number }[]) {
  return marks.map((mark, index) => {
    const next = marks[index + 1];
    return { ...mark, showLabel: next === undefined || next.share - mark.share > 9 };
  });
}
