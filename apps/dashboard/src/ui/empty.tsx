import type { ReactNode } from 'react';
import { copy } from '../copy.ts';
import { Snippet } from './snippet.tsx';
import { snippetCode, type SnippetFor } from './snippet-code.ts';

interface EmptyProps {
  readonly sentence: string;
  readonly action?: ReactNode;
  readonly snippet: SnippetFor;
}

/** What this page will show, one thing to do, one thing to copy. */
export function Empty({ sentence, action, snippet }: EmptyProps) {
  return (
    <div className="panel grid justify-items-center gap-5 px-5 py-10 text-center">
      <p className="max-w-md text-[17px] leading-snug font-[560] text-balance">{sentence}</p>
      {action}
      <div className="grid w-full max-w-2xl grid-cols-[minmax(0,1fr)] gap-2.5">
        <p className="text-ink-2">{copy.snippet.line}</p>
        <Snippet code={snippetCode(snippet)} />
      </div>
    </div>
  );
}
