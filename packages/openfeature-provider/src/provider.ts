import { randomBytes } from 'node:crypto';
import {
  ErrorCode,
  GeneralError,
  OpenFeatureEventEmitter,
  ProviderFatalError,
  type JsonValue as SdkJsonValue,
  type Provider,
  type ResolutionDetails,
  type TrackingEventDetails,
} from '@openfeature/server-sdk';
import type { LiftgateEvent } from '@liftgate/attribution';
import { type Evaluation, type EvaluationContext, type FlagType } from '@liftgate/flags';
import { deliveriesOf } from './deliveries.ts';
import { EventBuffer, type ProviderStats } from './event-buffer.ts';
import { ExposureMemory } from './exposure-memory.ts';
import { FlagFeed } from './flag-feed.ts';
import type { FlagEntry, FlagTable } from './flag-table.ts';
import { parseMetric, readUnits } from './metric-input.ts';
import { parseOptions, type LiftgateProviderOptions, type Options } from './options.ts';
import { failed, quoted, resolutionOf, type Resolution } from './resolution.ts';
import { Session } from './session.ts';
import { isUnitId } from './unit-ids.ts';
import { within } from './within.ts';

/** Takes metric events also before the provider is ready, when the SDK's own `track` drops them. */
export interface Tracker {
  track(metric: string, context?: EvaluationContext, details?: TrackingEventDetails): void;
}

const SOURCE = 'provider';

/**
 * OpenFeature provider of Liftgate. Flags are evaluated in process; an **exposure** is sent when a unit meets a variant
 * of an experiment for the first time, a **metric event** for every `track`. Nothing on the path of a request waits
 * for the network or throws.
 */
export class LiftgateProvider implements Provider {
  readonly metadata = Object.freeze({ name: 'liftgate' } as const);
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  readonly tracker: Tracker;
  readonly #options: Options;
  readonly #buffer: EventBuffer;
  readonly #exposed: ExposureMemory;
  readonly #instance = randomBytes(9).toString('base64url');
  #eventCount = 0;
  #session: Session | undefined;
  #closing: Promise<void> | undefined;
  #closes = 0;
  #closed = false;

  constructor(options: LiftgateProviderOptions) {
    this.#options = parseOptions(options);
    this.#exposed = new ExposureMemory(this.#options.exposureMemory);
    this.#buffer = new EventBuffer({ ...this.#options, onDrop: (event) => this.#forget(event) });
    this.tracker = { track: (metric, context, details) => this.track(metric, context, details) };
  }

  // --- life ---

  /** Resolves once the flags are there. May be called again, after `onClose` too. */
  async initialize(): Promise<void> {
    const closes = this.#closes;
    await this.#closing;
    if (closes !== this.#closes) throw new GeneralError('GENERAL: closed before it was initialized');
    this.#closed = false;
    const session = (this.#session ??= this.#begin());
    try {
      await session.ready(this.#options.initTimeoutMs);
    } catch (error) {
      if (error instanceof ProviderFatalError) {
        if (this.#session === session) this.#session = undefined;
        await session.close();
      }
      throw error;
    }
  }

  /** Sends what waits, for `closeTimeoutMs` at most, and ends every connection. Calls while it runs share it. */
  onClose(): Promise<void> {
    this.#closes++;
    this.#closing ??= this.#close().finally(() => {
      this.#closing = undefined;
    });
    return this.#closing;
  }

  /** Sends what waits now; false when that takes longer than the limit. */
  flush(withinMs: number = this.#options.closeTimeoutMs): Promise<boolean> {
    return this.#buffer.drain(withinMs);
  }

  stats(): ProviderStats {
    return this.#buffer.stats();
  }

  // --- flags ---

  /** Evaluates a flag without the SDK around it: synchronous, with the same exposures. */
  evaluate(flagKey: string, context: EvaluationContext = {}): Resolution {
    return this.#decide(flagKey, undefined, context, this.#options.exposures === 'auto');
  }

  /** Evaluates a flag and says that its unit meets the variant now; for `exposures: 'manual'`. */
  expose(flagKey: string, context: EvaluationContext = {}): Resolution {
    return this.#decide(flagKey, undefined, context, this.#options.exposures !== 'off');
  }

  async resolveBooleanEvaluation(
    flagKey: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#details(flagKey, 'boolean', defaultValue, context);
  }

  async resolveStringEvaluation(
    flagKey: string,
    defaultValue: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#details(flagKey, 'string', defaultValue, context);
  }

  async resolveNumberEvaluation(
    flagKey: string,
    defaultValue: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#details(flagKey, 'number', defaultValue, context);
  }

  async resolveObjectEvaluation<T extends SdkJsonValue>(
    flagKey: string,
    defaultValue: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#details(flagKey, 'object', defaultValue, context);
  }

  #details<T>(
    flagKey: string,
    type: FlagType,
    defaultValue: T,
    context: EvaluationContext,
  ): ResolutionDetails<T> {
    const resolution = this.#decide(flagKey, type, context, this.#options.exposures === 'auto');
    // The flag's type has been compared with the one asked for; T is no narrower as far as anybody can check.
    return { ...resolution, value: resolution.value === undefined ? defaultValue : (resolution.value as T) };
  }

  #decide(
    flagKey: string,
    type: FlagType | undefined,
    context: EvaluationContext,
    expose: boolean,
  ): Resolution {
    const table = this.#table;
    if (table === undefined) {
      const why = this.#closed ? 'the provider is closed' : 'the provider has no flags yet';
      return failed(ErrorCode.PROVIDER_NOT_READY, why);
    }
    const entry = table.entries.get(flagKey);
    if (entry === undefined) {
      const problem = table.unreadable.get(flagKey);
      if (problem !== undefined)
        return failed(
          ErrorCode.PARSE_ERROR,
          `flag ${quoted(flagKey)} cannot be read: ${problem.slice(0, 500)}`,
        );
      return failed(ErrorCode.FLAG_NOT_FOUND, `there is no flag ${quoted(flagKey)}`);
    }
    if (type !== undefined && entry.flag.type !== type) {
      const message = `flag ${quoted(flagKey)} is of type ${entry.flag.type}, asked for as ${type}`;
      return failed(ErrorCode.TYPE_MISMATCH, message, entry.metadata);
    }
    const evaluation = evaluateSafely(entry, context);
    if (evaluation === undefined) {
      const message = `flag ${quoted(flagKey)}: the context cannot be read, or its ${entry.flag.unit} is not a valid id`;
      return failed(ErrorCode.INVALID_CONTEXT, message, entry.metadata);
    }
    if (expose && evaluation.analysed) this.#expose(entry, evaluation);
    return resolutionOf(entry, evaluation);
  }

  get #table(): FlagTable | undefined {
    return this.#session?.feed.table;
  }

  // --- events ---

  /**
   * A metric event: the metric's key, and `details.value` or 1. Other details are not recorded. It counts for every
   * experiment that its units have met by then.
   */
  track(metric: string, context: EvaluationContext = {}, details: TrackingEventDetails = {}): void {
    if (this.#closed) {
      this.#buffer.refuse('afterClose');
      return;
    }
    const parsed = parseMetric(metric, details);
    const units = readUnits(context, this.#table);
    if (typeof parsed === 'string' || units === undefined) {
      this.#buffer.refuse(typeof parsed === 'string' ? parsed : 'invalid');
      return;
    }
    this.#buffer.add({
      kind: 'metric',
      id: this.#nextId(),
      at: Date.now(),
      environment: this.#options.environment,
      source: SOURCE,
      units,
      metric: parsed.metric,
      value: parsed.value,
    });
  }

  #expose({ flag, run }: FlagEntry, { unit, variant }: Evaluation): void {
    if (unit === undefined || variant === undefined || !this.#exposed.isFirst(run, unit, variant)) return;
    this.#buffer.add({
      kind: 'exposure',
      id: this.#nextId(),
      at: Date.now(),
      environment: this.#options.environment,
      source: SOURCE,
      units: { [flag.unit]: unit },
      flag: flag.key,
      variant,
      epoch: flag.epoch,
      phase: flag.phase,
    });
  }

  #nextId(): string {
    this.#eventCount++;
    return `${this.#instance}-${this.#eventCount.toString(36)}`;
  }

  #forget(event: LiftgateEvent): void {
    if (event.kind !== 'exposure') return;
    for (const unit of Object.values(event.units)) this.#exposed.forget(`${event.flag}#${event.phase}`, unit);
  }

  // --- sessions ---

  #begin(): Session {
    const feed = new FlagFeed(this.events, this.#options.errorAfterMs, () => this.#buffer.retryNow());
    const session = new Session(this.#options.openBackend, feed, this.events);
    session.opened.then(
      (backend) => {
        if (this.#session !== session) return;
        this.#buffer.open((events) => {
          const { addressed, deliveries } = deliveriesOf(events, feed.table);
          return { addressed, batch: addressed === 0 ? undefined : backend.prepare(deliveries) };
        });
        process.once('beforeExit', this.#flushBeforeExit);
      },
      () => undefined, // told by `initialize`
    );
    return session;
  }

  /** A script that ends without closing still sends what it has. */
  readonly #flushBeforeExit = () => {
    void this.flush();
  };

  async #close(): Promise<void> {
    this.#closed = true;
    process.off('beforeExit', this.#flushBeforeExit);
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    const deadline = performance.now() + this.#options.closeTimeoutMs;
    if (await this.#buffer.drain(this.#options.closeTimeoutMs)) {
      await within(session.settle(), deadline - performance.now()).catch(() => false);
    }
    this.#buffer.close();
    this.#exposed.clear();
    await session.close();
  }
}

/** Undefined when the context throws, or when the unit's id is one that events may not carry. */
function evaluateSafely(entry: FlagEntry, context: EvaluationContext): Evaluation | undefined {
  try {
    const evaluation = entry.evaluate(context);
    return evaluation.unit === undefined || isUnitId(evaluation.unit) ? evaluation : undefined;
  } catch {
    return undefined;
  }
}
