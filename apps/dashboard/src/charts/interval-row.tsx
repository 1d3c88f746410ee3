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
  /** Fills its (positioned) cell from tablet width on, so that the lines of the axis run through. */
  readonly fill?: boolean;
  readonly tickCount?: number;
}

/** An estimate with its interval on a shared axis. Percentages place everything, so it fits any width. */
export function IntervalRow(props: IntervalRowProps) {
  const { domain, interval, estimate, reading, label, harmSide, fill = false, tickCount = 6 } = props;
  const colour = COLOURS[reading];
  return (
    <svg
      role="img"
      aria-label={label}
      width="100%"
      className={`block h-[30px] overflow-visible ${fill ? 'sm:absolute sm:inset-y-0 sm:left-0 sm:h-full sm:w-[calc(100%-20px)]' : ''}`}
    >
      {harmSide !== undefined && <HarmSide side={harmSide} domain={domain} />}
      {ticks(domain, tickCount).map((tick) => (
        <line
          key={tick}
          className={tick === 0 ? 'c-line-zero' : 'c-line-grid'}
          x1={at(tick, domain)}
          x2={at(tick, domain)}
          y1="0%"
          y2="100%"
        />
      ))}
      {interval !== null && <Whiskers interval={interval} domain={domain} colour={colour} />}
      {interval !== null && estimate !== null && (
        <svg x={at(estimate, domain)} y="50%" overflow="visible">
          <Marker reading={reading} colour={colour} narrow={widthOf(interval, domain) < 7} />
        </svg>
      )}
    </svg>
  );
}

function HarmSide({ side, domain }: { side: 'below' | 'above'; domain: Domain }) {
  const zero = position(0, domain);
  return (
    <rect
      x={side === 'below' ? '0%' : `${zero}%`}
      width={side === 'below' ? `${zero}%` : `${100 - zero}%`}
      y="0%"
      height="100%"
      fill="var(--neg-soft)"
      opacity={0.7}
    />
  );
}

function Whiskers({ interval, domain, colour }: { interval: Interval; domain: Domain; colour: string }) {
  const [lower, upper] = interval;
  const from = lower === null ? 0 : position(lower, domain);
  const to = upper === null ? 100 : position(upper, domain);
  return (
    <g stroke={colour} strokeWidth={2.5} strokeLinecap="round">
      <line x1={`${from}%`} x2={`${to}%`} y1="50%" y2="50%" />
      <End x={from} cut={lower === null || lower < domain.min} side={-1} />
      <End x={to} cut={upper === null || upper > domain.max} side={1} />
    </g>
  );
}

/** A cap where the interval ends, an arrow where it goes on beyond the axis. */
function End({ x, cut, side }: { x: number; cut: boolean; side: 1 | -1 }) {
  return (
    <svg x={`${x}%`} y="50%" overflow="visible">
      {cut ? (
        <path d={`M${-5 * side} -5 L0 0 L${-5 * side} 5`} fill="none" strokeLinejoin="round" />
      ) : (
        <line x1={0} x2={0} y1={-6} y2={6} />
      )}
    </svg>
  );
}

/** Filled circle: better. Diamond: worse. Open circle: not sure. */
function Marker({ reading, colour, narrow }: { reading: Reading; colour: string; narrow: boolean }) {
  // Between whiskers that stand close, a smaller mark without a halo.
  const scale = narrow ? 'scale(0.62)' : undefined;
  if (reading === 'worse') {
    return (
      <path
        transform={scale}
        d="M0 -6.5 6.5 0 0 6.5 -6.5 0Z"
        fill={colour}
        stroke={narrow ? 'none' : 'var(--surface)'}
        strokeWidth={1.5}
      />
    );
  }
  if (reading === 'better')
    return (
      <circle
        transform={scale}
        r={5}
        fill={colour}
        stroke={narrow ? 'none' : 'var(--surface)'}
        strokeWidth={1.5}
      />
    );
  return <circle transform={scale} r={4.5} fill="var(--surface)" stroke={colour} strokeWidth={2.5} />;
}

/** In percent of the axis. */
function widthOf([lower, upper]: Interval, domain: Domain): number {
  return position(upper ?? domain.max, domain) - position(lower ?? domain.min, domain);
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
