import { ErrorCode, type ResolutionReason } from '@openfeature/server-sdk';
import type { Evaluation, JsonValue } from '@liftgate/flags';
import type { FlagEntry, FlagMetadata } from './flag-table.ts';

/** OpenFeature's resolution details, before the application's default has been put in. */
export interface Resolution {
  /** Undefined: the application's own default is to be used. Objects are frozen. */
  readonly value: JsonValue | undefined;
  readonly reason: ResolutionReason;
  readonly variant?: string;
  readonly errorCode?: ErrorCode;
  readonly errorMessage?: string;
  readonly flagMetadata?: Record<string, string | number | boolean>;
}

export function resolutionOf(entry: FlagEntry, evaluation: Evaluation): Resolution {
  const { value, variant, reason, errorCode, errorMessage = '' } = evaluation;
  const flagMetadata = entry.metadataOf(evaluation);
  if (errorCode !== undefined) return failed(ErrorCode[errorCode], errorMessage, flagMetadata);
  if (variant === undefined) return { value, reason, flagMetadata };
  return { value, variant, reason, flagMetadata };
}

/** Returned, not thrown: what is thrown loses its metadata on the way through the SDK. */
export function failed(
  errorCode: ErrorCode,
  errorMessage: string,
  flagMetadata: FlagMetadata = NONE,
): Resolution {
  return { value: undefined, reason: 'ERROR', errorCode, errorMessage, flagMetadata };
}

const NONE: FlagMetadata = Object.freeze({});

/** For messages; whatever it is that was passed as a key. */
export function quoted(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key.slice(0, 128)) : `of type ${typeof key}`;
}
