import { Check, Clock, X } from 'lucide-react';
import type { ExperimentItem } from '../api/types.ts';
import { copy } from '../copy.ts';
import { longDay } from '../format/date.ts';
import { stageName } from '../format/flag.ts';
import { people } from '../format/number.ts';
import { Tag } from '../ui/tag.tsx';
import { peopleCounted, runningSince } from './effect.ts';

const text = copy.experiment;

/** The answer: one tag, one sentence, what it rests on. */
export function VerdictPanel({ item }: { item: ExperimentItem }) {
  const { verdict, flag, experiment } = item;
  const since = runningSince(item);
  return (
    <section className="panel" aria-label={copy.experiments.columns.verdict}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 p-5 pb-4">
        <div>
          <Tag tone={verdict.tone}>{verdict.label}</Tag>
        </div>
        <p className="max-w-[64ch] text-[19px] leading-[1.4] font-[540] tracking-[-0.012em] text-pretty">
          {verdict.sentence}
        </p>
        {experiment.hypothesis !== '' && (
          <p className="max-w-[80ch] text-ink-2">
            <span className="font-medium text-ink">{text.hypothesis}:</span> {experiment.hypothesis}
          </p>
        )}
        {verdict.conditions.length > 0 && <Conditions item={item} />}
      </div>
      <dl className="flex flex-wrap gap-x-8 gap-y-2 border-t border-line px-5 py-3 text-[13px]">
        <Fact name={text.meta.stage} value={stageName(flag.stage)} />
        {since !== null && <Fact name={text.meta.since} value={longDay(since)} />}
        <Fact name={text.meta.people} value={people(peopleCounted(item))} />
        {flag.owner !== '' && <Fact name={text.meta.owner} value={flag.owner} />}
      </dl>
    </section>
  );
}

function Conditions({ item }: { item: ExperimentItem }) {
  return (
    <ul aria-label={text.conditions} className="flex flex-wrap gap-x-5 gap-y-1.5 pt-1 text-[13px]">
      {item.verdict.conditions.map(({ state, text: says }) => (
        <li
          key={says}
          className={`flex items-start gap-1.5 ${state === 'met' ? 'text-ink-2' : 'font-medium text-ink'}`}
        >
          {state === 'met' && <Check size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-pos" />}
          {state === 'waiting' && (
            <Clock size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
          )}
          {state === 'failed' && <X size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-neg" />}
          <span>
            {says}
            {state !== 'met' && <span className="sr-only">, {text.conditionStates[state]}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex gap-1.5">
      <dt className="text-ink-3">{name}</dt>
      <dd className="m-0 font-medium">{value}</dd>
    </div>
  );
}
