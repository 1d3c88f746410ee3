import { Check, TriangleAlert } from 'lucide-react';
import type { ExperimentResult } from '../api/types.ts';
import { PeopleBars } from '../charts/people-bars.tsx';
import { copy } from '../copy.ts';
import { pSentence } from '../format/number.ts';
import { Panel } from '../ui/panel.tsx';

const text = copy.experiment.people;

/** Who was counted where, against the plan. */
export function PeoplePanel({ result }: { result: ExperimentResult }) {
  const { split } = result;
  return (
    <Panel title={text.title}>
      <PeopleBars control={result.control} variants={result.variants} />
      <p className="mt-3 text-[12.5px] text-ink-3">{text.tick}</p>
      {split.status === 'no_units' ? (
        <p className="mt-3 text-ink-2">{text.none}</p>
      ) : (
        <div className="mt-4 border-t border-line pt-3">
          <p
            className={`flex items-center gap-2 font-semibold ${split.status === 'mismatch' ? 'text-neg' : 'text-pos'}`}
          >
            {split.status === 'mismatch' ? (
              <TriangleAlert size={16} aria-hidden="true" />
            ) : (
              <Check size={16} aria-hidden="true" />
            )}
            {split.status === 'mismatch' ? text.mismatch : text.matches}
          </p>
          <p className="mt-1.5 text-[13px] text-ink-2">{text.p(pSentence(split.sequential.p))}</p>
          {split.chiSquare !== null && (
            <p className="text-[13px] text-ink-2">{text.chiSquare(pSentence(split.chiSquare.p))}</p>
          )}
        </div>
      )}
    </Panel>
  );
}
