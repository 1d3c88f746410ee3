import { useEffect, useState, type ReactNode } from 'react';
import { copy } from '../copy.ts';

const PATIENCE_MS = 150;

/** Grey boxes with the final heights. Below 150 ms nothing is shown, so that fast answers do not flash. */
export function Loading({ children }: { children: ReactNode }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true">
      <output className="sr-only">{copy.state.loading}</output>
      <div className={late ? '' : 'invisible'} aria-hidden="true">
        {children}
      </div>
    </div>
  );
}

export function Bone({ className }: { className: string }) {
  return <div className={`skeleton ${className}`} />;
}

/** The rows of a table that is on its way. */
export function RowBones({ rows, height }: { rows: number; height: number }) {
  return (
    <div className="panel">
      <div className="h-10 border-b border-line" />
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className="flex items-center gap-6 border-b border-line px-5 last:border-0"
          style={{ height }}
        >
          <Bone className="h-4 w-44 max-w-[50%]" />
          <Bone className="h-4 w-24 max-sm:hidden" />
          <Bone className="h-3 flex-1 max-sm:hidden" />
          <Bone className="ml-auto h-4 w-16" />
        </div>
      ))}
    </div>
  );
}
