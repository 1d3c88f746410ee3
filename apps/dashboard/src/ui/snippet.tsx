import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { copy } from '../copy.ts';

/** Code to take away. */
export function Snippet({ code, label = copy.snippet.label }: { code: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <figure className="m-0 min-w-0 overflow-hidden rounded-control bg-well text-left" aria-label={label}>
      <div className="flex items-center justify-between gap-3 pt-2 pr-2 pl-4">
        <figcaption className="text-[12.5px] text-ink-2">{copy.snippet.language}</figcaption>
        <button
          type="button"
          className="button min-h-8 px-2.5 text-[13px]"
          onClick={() => {
            void navigator.clipboard?.writeText(code).then(() => {
              setCopied(true);
              setTimeout(() => setCopied(false), 2_000);
            });
          }}
        >
          {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          <span aria-live="polite">{copied ? copy.snippet.copied : copy.snippet.copy}</span>
        </button>
      </div>
      {/* A code block that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} className="overflow-x-auto p-4 pt-2 font-mono text-[12.5px] leading-[1.6] text-ink">
        {code}
      </pre>
    </figure>
  );
}
