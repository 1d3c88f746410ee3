import { useEffect, type ReactNode } from 'react';
import { copy } from '../copy.ts';

interface PageHeadProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly above?: ReactNode;
  readonly children?: ReactNode;
}

/** The page's name, also in the browser's tab; its actions at the right. */
export function PageHead({ title, lead, above, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · ${copy.product}`;
  }, [title]);
  return (
    <div className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {above}
        <h1 className="text-[24px] leading-8 font-[660] tracking-[-0.018em]">{title}</h1>
        {lead !== undefined && <div className="mt-0.5 text-ink-2">{lead}</div>}
      </div>
      {children !== undefined && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </div>
  );
}
