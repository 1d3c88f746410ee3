import type { ReactNode } from 'react';
import { Shape, type Tone } from './shape.tsx';

const TONES: Record<Tone, string> = {
  positive: 'bg-pos-soft text-pos',
  negative: 'bg-neg-soft text-neg',
  warning: 'bg-warn-soft text-warn',
  neutral: 'bg-neutral-soft text-ink-2',
};

interface NoticeProps {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** Said aloud when it appears. */
  readonly announce?: boolean;
}

/** One line above a page or a panel: what is the matter, and what to do. */
export function Notice({ tone, title, children, action, announce = false }: NoticeProps) {
  return (
    <div
      {...(announce ? { role: tone === 'negative' ? 'alert' : 'status' } : {})}
      className={`flex flex-wrap items-center gap-x-4 gap-y-2 rounded-control px-4 py-2.5 ${TONES[tone]}`}
    >
      <div className="flex min-w-0 flex-1 basis-60 items-baseline gap-2.5">
        <Shape tone={tone} />
        <p className="min-w-0">
          <span className="font-semibold">{title}</span>{' '}
          {children !== undefined && <span className="text-ink">{children}</span>}
        </p>
      </div>
      {action}
    </div>
  );
}
