import {
  evaluatorOf,
  type Cause,
  type Evaluation,
  type Evaluator,
  type Flag,
  type JsonValue,
} from '@liftgate/flags';

export type FlagMetadata = Readonly<Record<string, string | number | boolean>>;

/** A flag ready to be evaluated. */
export interface FlagEntry {
  readonly flag: Flag;
  readonly evaluate: Evaluator;
  /** The run of its experiment: `checkout#1`. */
  readonly run: string;
  /** Frozen. */
  readonly metadata: FlagMetadata;
  metadataOf(evaluation: Evaluation): FlagMetadata;
}

/** The flags in force. Replaced as a whole, never changed. */
export interface FlagTable {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly entries: ReadonlyMap<string, FlagEntry>;
  readonly unreadable: ReadonlyMap<string, string>;
  /** What is randomised by some flag: metric events are delivered to each of these that they name. */
  readonly unitNames: ReadonlySet<string>;
  /** The ids that a metric event takes along: these, and always user and tenant. */
  readonly idNames: readonly string[];
}

/** Compiles the flags, taking over from the previous table what is still the same object. */
export function flagTable(
  flags: ReadonlyMap<string, Flag>,
  unreadable: ReadonlyMap<string, string>,
  previous?: FlagTable,
): FlagTable {
  const entries = new Map<string, FlagEntry>();
  const unitNames = new Set<string>();
  for (const [key, flag] of flags) {
    const known = previous?.entries.get(key);
    entries.set(key, known?.flag === flag ? known : flagEntry(flag));
    unitNames.add(flag.unit);
  }
  return { flags, entries, unreadable, unitNames, idNames: [...new Set(['user', 'tenant', ...unitNames])] };
}

function flagEntry(flag: Flag): FlagEntry {
  // Values are handed out as they are; nobody can change them for the next caller.
  for (const variant of flag.variants) deepFreeze(variant.value);
  const metadata = Object.freeze({
    flagSetId: flag.environment,
    version: flag.version,
    stage: flag.stage,
    epoch: flag.epoch,
    phase: flag.phase,
    unit: flag.unit,
  });
  const byCause = new Map<Cause, FlagMetadata>();
  return {
    flag,
    evaluate: evaluatorOf(flag),
    run: `${flag.key}#${flag.phase}`,
    metadata,
    metadataOf({ cause, unit }) {
      let ofCause = byCause.get(cause);
      if (ofCause === undefined) {
        ofCause = Object.freeze({ ...metadata, cause });
        byCause.set(cause, ofCause);
      }
      // Telemetry takes the targeting key for the context's id; say so when something else was randomised.
      return flag.unit === 'user' || unit === undefined ? ofCause : { ...ofCause, contextId: unit };
    },
  };
}

function deepFreeze(value: JsonValue): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
}

/** Keys of the flags that are not the same in both, sorted. */
export function changedFlags(before: ReadonlyMap<string, Flag>, after: ReadonlyMap<string, Flag>): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => !sameFlag(before.get(key), after.get(key))).sort();
}

function sameFlag(a: Flag | undefined, b: Flag | undefined): boolean {
  return a === b || (a?.version === b?.version && JSON.stringify(a) === JSON.stringify(b));
}
