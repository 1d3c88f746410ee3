import { copy } from '../copy.ts';
import { count, percent } from '../format/number.ts';

interface PeopleBarsProps {
  readonly control: string;
  readonly variants: readonly {
    readonly variant: string;
    readonly exposed: number;
    readonly plannedShare: number;
  }[];
}

/** How many people met each variant; the mark is where the plan would put the end of the bar. */
export function PeopleBars({ variants, control }: PeopleBarsProps) {
  const total = variants.reduce((sum, { exposed }) => sum + exposed, 0);
  const longest = Math.max(
    0.01,
    ...variants.map(({ exposed, plannedShare }) => Math.max(total === 0 ? 0 : exposed / total, plannedShare)),
  );
  const width = (share: number) => `${(share / longest) * 98}%`;
  return (
    <ul className="grid gap-4">
      {variants.map(({ variant, exposed, plannedShare }) => (
        <li key={variant}>
          <div className="flex items-baseline justify-between gap-3">
            <span className="min-w-0 truncate">{variant}</span>
            <span className="whitespace-nowrap">
              <span className="font-semibold">{count(exposed)}</span>{' '}
              <span className="text-[12.5px] text-ink-3">
                {total === 0 ? '' : percent(exposed / total)},{' '}
                {copy.experiment.people.planned(percent(plannedShare))}
              </span>
            </span>
          </div>
          <svg width="100%" height={14} className="mt-1.5 block" aria-hidden="true">
            <rect y={3} width="100%" height={8} rx={4} fill="var(--neutral-soft)" />
            <rect
              y={3}
              width={width(total === 0 ? 0 : exposed / total)}
              height={8}
              rx={4}
              fill={variant === control ? 'var(--neutral)' : 'var(--accent)'}
            />
            <line
              x1={width(plannedShare)}
              x2={width(plannedShare)}
              y1={0}
              y2={14}
              stroke="var(--surface)"
              strokeWidth={5}
            />
            <line
              x1={width(plannedShare)}
              x2={width(plannedShare)}
              y1={0}
              y2={14}
              stroke="var(--ink)"
              strokeWidth={2}
            />
          </svg>
        </li>
      ))}
    </ul>
  );
}
