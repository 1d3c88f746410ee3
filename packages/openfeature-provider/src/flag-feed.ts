import { ErrorCode, ProviderEvents, type OpenFeatureEventEmitter } from '@openfeature/server-sdk';
import type { Flag } from '@liftgate/flags';
import type { FlagListener } from './backend.ts';
import { changedFlags, flagTable, type FlagTable } from './flag-table.ts';

/**
 * Holds the flags in force and tells the SDK of their state: STALE at once when changes stop to arrive, ERROR after a
 * while, READY and then CONFIGURATION_CHANGED when they are back. The last flags serve all the time.
 */
export class FlagFeed implements FlagListener {
  #table: FlagTable | undefined;
  /** The flags the application was told of last. */
  #announced: ReadonlyMap<string, Flag> | undefined;
  #stale = false;
  #errorTimer: NodeJS.Timeout | undefined;
  readonly #events: OpenFeatureEventEmitter;
  readonly #errorAfterMs: number;

  readonly #recovered: () => void;

  constructor(events: OpenFeatureEventEmitter, errorAfterMs: number, recovered: () => void) {
    this.#recovered = recovered;
    this.#events = events;
    this.#errorAfterMs = errorAfterMs;
  }

  get table(): FlagTable | undefined {
    return this.#table;
  }

  onFlags(flags: ReadonlyMap<string, Flag>, unreadable: ReadonlyMap<string, string> = new Map()): void {
    this.#table = flagTable(flags, unreadable, this.#table);
    this.#announced ??= flags;
    if (!this.#stale) this.#announceChanges();
  }

  onStale(reason: string): void {
    if (this.#stale) return;
    this.#stale = true;
    this.#events.emit(ProviderEvents.Stale, { message: reason });
    this.#errorTimer = setTimeout(() => {
      const message = `no changes of flags for ${this.#errorAfterMs} ms, the last known ones are served: ${reason}`;
      this.#events.emit(ProviderEvents.Error, { message, errorCode: ErrorCode.GENERAL });
    }, this.#errorAfterMs);
    this.#errorTimer.unref();
  }

  onFresh(): void {
    this.#stale = false;
    clearTimeout(this.#errorTimer);
    this.#events.emit(ProviderEvents.Ready, { message: 'changes of flags arrive again' });
    this.#announceChanges();
    this.#recovered();
  }

  close(): void {
    clearTimeout(this.#errorTimer);
  }

  #announceChanges(): void {
    if (this.#table === undefined || this.#announced === undefined) return;
    const flagsChanged = changedFlags(this.#announced, this.#table.flags);
    this.#announced = this.#table.flags;
    if (flagsChanged.length > 0) this.#events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
  }
}
