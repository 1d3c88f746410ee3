import { ticks, at, position, type Domain } from './scale.ts';
import { tickLabel } from './tick-label.ts';
import type { Interval, Reading } from '../api/types.ts';

const COLOURS: Record<Reading, string> = {
  better: 'var(--pos-fill)',
  worse: 'var(--neg-fill)',
  not_sure: 'var(--neutral)',
  not_enough: 'var(--neutral)',
};

interface IntervalRowProps {
  readonly domain: Domain;
  readonly interval: Interval | null;
  readonly estimate: number | null;
  readonly reading: Reading;
  /** The reading in words; the picture alone is not for everyone. */
  readonly label: string;
  /** The side that counts as harm is tinted: for metrics that must not get worse. */
  readonly harmSide?: 'below' | 'above' | undefined;
  readonly height?: number;
  readonly tickCount?: number;
}

/** An estimate with its interval on a shared axis. Percentages place everything, so it fits any width. */
export function IntervalRow(props: IntervalRowProps) {
  const { domain, interval, estimate, reading, label, harmSide, height = 36, tickCount = 6 } = props;
  const middle = height / 2;
  const colour = COLOURS[reading];
  return (
    <svg role="img" aria-label={label} width="100%" height={height} className="block overflow-visible">
      {harmSide !== undefined && <HarmSide side={harmSide} domain={domain} height={height} />}
      {ticks(domain, tickCount).map((tick) => (
        <line
          key={tick}
          className={tick === 0 ? 'c-line-zero' : 'c-line-grid'}
          x1={at(tick, domain)}
          x2={at(tick, domain)}
          y1={0}
          y2={height}
        />
      ))}
      {interval !== null && <Whiskers interval={interval} domain={domain} y={middle} colour={colour} />}
      {interval !== null && estimate !== null && (
        <svg x={at(estimate, domain)} y={middle} overflow="visible">
          <Marker reading={reading} colour={colour} />
        </svg>
      )}
    </svg>
  );
}

function HarmSide({ side, domain, height }: { side: 'below' | 'above'; domain: Domain; height: number }) {
  const zero = position(0, domain);
  return (
    <rect
      x={side === 'below' ? '0%' : `${zero}%`}
      width={side === 'below' ? `${zero}%` : `${100 - zero}%`}
      y={0}
      height={height}
      fill="var(--neg-soft)"
      opacity={0.7}
    />
  );
}

function Whiskers({
  interval,
  domain,
  y,
  colour,
}: {
  interval: Interval;
  domain: Domain;
  y: number;
  colour: string;
}) {
  const [lower, upper] = interval;
  const from = lower === null ? 0 : position(lower, domain);
  const to = upper === null ? 100 : position(upper, domain);
  return (
    <g stroke={colour} strokeWidth={2.5} strokeLinecap="round">
      <line x1={`${from}%`} x2={`${to}%`} y1={y} y2={y} />
      <End x={from} y={y} cut={lower === null || lower < domain.min} side={-1} />
      <End x={to} y={y} cut={upper === null || upper > domain.max} side={1} />
    </g>
  );
}

/** A cap where the interval ends, an arrow where it goes on beyond the axis. */
function End({ x, y, cut, side }: { x: number; y: number; cut: boolean; side: 1 | -1 }) {
  return (
    <svg x={`${x}%`} y={y} overflow="visible">
      {cut ? (
        <path d={`M${-5 * side} -5 L0 0 L${-5 * side} 5`} fill="none" strokeLinejoin="round" />
      ) : (
        <line x1={0} x2={0} y1={-5} y2={5} />
      )}
    </svg>
  );
}

/** Filled circle: better. Diamond: worse. Open circle: not sure. */
function Marker({ reading, colour }: { reading: Reading; colour: string }) {
  if (reading === 'worse') {
    return <path d="M0 -7 7 0 0 7 -7 0Z" fill={colour} stroke="var(--surface)" strokeWidth={1.5} />;
  }
  if (reading === 'better') return <circle r={5.5} fill={colour} stroke="var(--surface)" strokeWidth={1.5} />;
  return <circle r={4.5} fill="var(--surface)" stroke={colour} strokeWidth={2.5} />;
}

/** The numbers above a column of rows. */
export function IntervalAxis({ domain, tickCount = 6 }: { domain: Domain; tickCount?: number }) {
  return (
    <svg width="100%" height={18} aria-hidden="true" className="block overflow-visible">
      {ticks(domain, tickCount).map((tick) => (
        <text
          key={tick}
          className={tick === 0 ? 'c-axis-zero' : 'c-axis'}
          x={at(tick, domain)}
          y={13}
          textAnchor="middle"
        >
          {tickLabel(tick)}
        </text>
      ))}
    </svg>
  );
}
