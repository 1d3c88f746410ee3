import { useId, type ReactNode } from 'react';
import { PanelBoundary } from './boundary.tsx';

interface PanelProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  readonly flush?: boolean;
}

/** One titled box of a page. What breaks in it stays in it. */
export function Panel({ title, note, children, className = '', flush = false }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-5 pt-4 pb-3">
        <h2 id={id} className="text-[15.5px] leading-6 font-[620] tracking-[-0.006em]">
          {title}
        </h2>
        {note !== undefined && <div className="text-[13px] text-ink-2">{note}</div>}
      </div>
      <div className={flush ? '' : 'px-5 pb-5'}>
        <PanelBoundary>{children}</PanelBoundary>
      </div>
    </section>
  );
}
