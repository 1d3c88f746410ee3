import type { Delivery } from '@liftgate/attribution';
import type { Flag } from '@liftgate/flags';

/**
 * What the provider needs of an installation: flags come from a **flag source**, events go to an **event sink**. The
 * Redis backend is both over one connection; anything else that keeps these promises can stand in for it.
 */
export interface Backend extends FlagSource, EventSink {
  /** Ends everything it holds. Called once, also while `open` is under way, which then rejects. */
  close(): Promise<void>;
}

export interface FlagSource {
  /**
   * Resolves once the listener has had the flags; from then on it hears of every change, by itself and after any
   * outage. Rejects with a BackendError.
   */
  open(listener: FlagListener): Promise<void>;
}

export interface FlagListener {
  /** These flags are in force now; of those that are stored and cannot be read, the reason. */
  onFlags(flags: ReadonlyMap<string, Flag>, unreadable?: ReadonlyMap<string, string>): void;
  /** Changes no longer arrive. */
  onStale(reason: string): void;
  /** Changes arrive again, and the flags given last are the present ones. */
  onFresh(): void;
}

export interface EventSink {
  /** Makes a batch that can be sent again and again and counts once. */
  prepare(deliveries: readonly Delivery[]): PreparedBatch;
  /** Resolves once everything that was taken is as safe as the sink can make it. */
  settle(): Promise<void>;
}

export interface PreparedBatch {
  send(): Promise<void>;
}

/** Why a backend cannot be opened. Fatal: trying again is of no use before somebody changes a setting. */
export class BackendError extends Error {
  readonly fatal: boolean;

  constructor(message: string, options: ErrorOptions & { readonly fatal: boolean }) {
    super(message, options);
    this.name = 'BackendError';
    this.fatal = options.fatal;
  }
}
