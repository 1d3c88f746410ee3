import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** One reference case. What `Input` and `Output` say is taken on trust: these files are part of the specification. */
export interface Case<Input, Output = unknown> {
  readonly id: string;
  readonly kind?: string;
  readonly input: Input;
  readonly output: Output;
}

export const vectorDirectory = resolve(import.meta.dirname, '../../../../../shared/vectors');

export const haveVectors = existsSync(vectorDirectory);

export function loadCases<Input, Output>(file: string): readonly Case<Input, Output>[] {
  const text = readFileSync(resolve(vectorDirectory, `${file}.json`), 'utf8');
  const { cases }: { cases: Case<Input, Output>[] } = JSON.parse(text, numberFromName);
  return cases;
}

/** JSON has no NaN and no Infinity; the files write their names. */
function numberFromName(_key: string, value: unknown): unknown {
  if (value === 'NaN') return NaN;
  if (value === 'Infinity') return Infinity;
  return value === '-Infinity' ? -Infinity : value;
}
