import type { Stage } from '../api/types.ts';
import { STAGE_PATH } from '../format/flag.ts';

/** Six dots on a line: how far along the path a flag is. The stage's name stands beside it. */
export function StageTrack({ stage, enabled }: { stage: Stage; enabled: boolean }) {
  const reached = STAGE_PATH.indexOf(stage);
  const colour = enabled ? 'var(--accent)' : 'var(--neutral)';
  return (
    <svg width={63} height={10} aria-hidden="true" className="block">
      <line x1={x(0)} x2={x(5)} y1={5} y2={5} stroke="var(--line-2)" strokeWidth={2} />
      {enabled && (
        <line x1={x(0)} x2={x(Math.max(0, reached))} y1={5} y2={5} stroke={colour} strokeWidth={2} />
      )}
      {STAGE_PATH.map((name, index) => (
        <circle
          key={name}
          cx={x(index)}
          cy={5}
          r={index === reached ? 4 : 2.5}
          fill={index <= reached && enabled ? colour : index === reached ? 'var(--surface)' : 'var(--line-2)'}
          stroke={index === reached && !enabled ? colour : 'none'}
          strokeWidth={2}
        />
      ))}
    </svg>
  );
}

function x(index: number): number {
  return 4 + index * 11;
}
