import { Check, TriangleAlert, Clock } from 'lucide-react';
import type { ExperimentResult } from '../api/types.ts';
import { copy } from '../copy.ts';
import { ageMs, duration } from '../format/date.ts';
import { people } from '../format/number.ts';
import { Notice } from '../ui/notice.tsx';

const text = copy.experiment.health;
const OLD_AFTER_MS = 120_000;

interface Check {
  readonly name: string;
  readonly state: 'good' | 'waiting' | 'bad';
  readonly word: string;
  readonly cause?: string;
  readonly next?: string;
}

/** Four questions before any effect. Good: one word. Bad: what, why, what to do. */
export function HealthStrip({ result }: { result: ExperimentResult }) {
  const checks = [splitCheck(result), doubleCheck(result), freshCheck(result), guardrailCheck(result)];
  return (
    <section aria-label={text.label} className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
      <ul className="panel grid grid-cols-2 md:grid-cols-4">
        {checks.map(({ name, state, word }, index) => (
          <li
            key={name}
            className={`flex min-w-0 items-start gap-2.5 border-line px-5 py-3 max-md:px-4 ${index > 0 ? 'md:border-l' : ''} ${index % 2 === 1 ? 'max-md:border-l' : ''} ${index > 1 ? 'max-md:border-t' : ''}`}
          >
            {state === 'good' && <Check size={17} aria-hidden="true" className="mt-px shrink-0 text-pos" />}
            {state === 'waiting' && (
              <Clock size={17} aria-hidden="true" className="mt-px shrink-0 text-ink-3" />
            )}
            {state === 'bad' && (
              <TriangleAlert size={17} aria-hidden="true" className="mt-px shrink-0 text-neg" />
            )}
            <p className="min-w-0 gap-x-1.5 sm:flex sm:flex-wrap">
              <span className="block text-ink-2">{name}</span>
              <span className={`block font-semibold ${state === 'bad' ? 'text-neg' : ''}`}>{word}</span>
            </p>
          </li>
        ))}
      </ul>
      {checks.map(
        ({ name, state, word, cause, next }) =>
          state === 'bad' && (
            <Notice key={name} tone="negative" title={`${name}: ${word}.`}>
              {cause} {next}
            </Notice>
          ),
      )}
    </section>
  );
}

function splitCheck({ split }: ExperimentResult): Check {
  if (split.status === 'no_units') return { name: text.split, state: 'waiting', word: text.splitNone };
  if (split.status === 'ok') return { name: text.split, state: 'good', word: text.splitOk };
  return {
    name: text.split,
    state: 'bad',
    word: text.splitBad,
    cause: text.splitCause,
    next: text.splitNext,
  };
}

function doubleCheck({ quarantined, variants }: ExperimentResult): Check {
  if (quarantined === 0) return { name: text.double, state: 'good', word: text.doubleOk };
  const counted = variants.reduce((sum, { exposed }) => sum + exposed, 0);
  const word = text.doubleBad(people(quarantined));
  // A handful in many thousands is shared devices; one in a hundred is a fault in the application.
  const state = quarantined > counted / 100 ? 'bad' : 'good';
  return { name: text.double, state, word, cause: text.doubleCause, next: text.doubleNext };
}

function freshCheck({ analysedAt }: ExperimentResult): Check {
  const age = ageMs(analysedAt);
  if (age <= OLD_AFTER_MS) return { name: text.fresh, state: 'good', word: text.freshOk(duration(age)) };
  return {
    name: text.fresh,
    state: 'bad',
    word: text.freshBad(duration(age)),
    cause: text.freshCause,
    next: text.freshNext,
  };
}

function guardrailCheck({ metrics }: ExperimentResult): Check {
  const guardrails = metrics.filter(({ role }) => role === 'guardrail');
  const having = (reading: string) =>
    guardrails.filter((metric) => metric.comparisons.some((one) => one.reading === reading));
  if (guardrails.length === 0) return { name: text.guardrails, state: 'waiting', word: text.guardrailsNone };
  const broken = having('worse');
  if (broken.length > 0) {
    const names = broken.map(({ name }) => name).join(', ');
    return {
      name: text.guardrails,
      state: 'bad',
      word: text.guardrailsBad(names),
      cause: text.guardrailsCause,
      next: text.guardrailsNext,
    };
  }
  if (having('not_enough').length > 0)
    return { name: text.guardrails, state: 'waiting', word: text.guardrailsWait };
  return { name: text.guardrails, state: 'good', word: text.guardrailsOk(guardrails.length) };
}
