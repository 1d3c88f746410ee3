import type { ReactNode } from 'react';
import { Shape, type Tone } from './shape.tsx';

const TONES: Record<Tone, string> = {
  positive: 'bg-pos-soft text-pos',
  negative: 'bg-neg-soft text-neg',
  warning: 'bg-warn-soft text-warn',
  neutral: 'bg-neutral-soft text-ink-2',
};

export function Tag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-[12.5px] leading-5 font-semibold whitespace-nowrap ${TONES[tone]}`}
    >
      <Shape tone={tone} size={9} />
      {children}
    </span>
  );
}
