import { setTimeout as sleep } from 'node:timers/promises';
import {
  ErrorCode,
  GeneralError,
  ProviderEvents,
  ProviderFatalError,
  type OpenFeatureEventEmitter,
} from '@openfeature/server-sdk';
import { BackendError, type Backend } from './backend.ts';
import type { FlagFeed } from './flag-feed.ts';
import { within } from './within.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;

/** The time between an `initialize` and an `onClose`: one open backend, however many attempts it takes. */
export class Session {
  readonly feed: FlagFeed;
  /** Rejects when it is closed before, or when trying again is of no use. */
  readonly opened: Promise<Backend>;
  readonly #openBackend: () => Backend;
  readonly #events: OpenFeatureEventEmitter;
  readonly #stop = new AbortController();
  #backend: Backend | undefined;
  #isOpen = false;
  #lastError = 'no answer yet';
  /** `initialize` has failed already: the SDK does not wait for the outcome, so it is told by events. */
  #late = false;

  constructor(openBackend: () => Backend, feed: FlagFeed, events: OpenFeatureEventEmitter) {
    this.#openBackend = openBackend;
    this.feed = feed;
    this.#events = events;
    this.opened = this.#open();
    this.opened.then(
      () => this.#tellIfLate(ProviderEvents.Ready, 'connected at last'),
      (error: unknown) => this.#tellIfLate(ProviderEvents.Error, messageOf(error)),
    );
  }

  /** Throws the SDK's errors, with their codes in the message too: the SDK's events drop the code. */
  async ready(withinMs: number): Promise<void> {
    this.#late = false;
    let open: boolean;
    try {
      open = await within(this.opened, withinMs);
    } catch (error) {
      if (isFatal(error))
        throw new ProviderFatalError(`PROVIDER_FATAL: ${messageOf(error)}`, { cause: error });
      throw new GeneralError(`GENERAL: ${messageOf(error)}`, { cause: error });
    }
    if (open) return;
    this.#late = true;
    throw new GeneralError(`GENERAL: no flags within ${withinMs} ms, trying on: ${this.#lastError}`);
  }

  async settle(): Promise<void> {
    if (this.#isOpen) await this.#backend?.settle();
  }

  async close(): Promise<void> {
    this.#late = false;
    this.#stop.abort();
    this.feed.close();
    await this.#backend?.close();
  }

  async #open(): Promise<Backend> {
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
      const backend = this.#openBackend();
      this.#backend = backend;
      try {
        await backend.open(this.feed);
        this.#isOpen = true;
        return backend;
      } catch (error) {
        this.#lastError = messageOf(error);
        if (isFatal(error) || this.#stop.signal.aborted) throw error;
        await backend.close();
        await sleep(retryMs, undefined, { ref: false, signal: this.#stop.signal });
      }
    }
  }

  #tellIfLate(event: ProviderEvents.Ready | ProviderEvents.Error, message: string): void {
    if (!this.#late) return;
    if (event === ProviderEvents.Ready) this.#events.emit(event, { message });
    else this.#events.emit(event, { message, errorCode: ErrorCode.PROVIDER_FATAL });
  }
}

function isFatal(error: unknown): boolean {
  return error instanceof BackendError && error.fatal;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
