import type { LiftgateEvent } from '@liftgate/attribution';
import type { PreparedBatch } from './backend.ts';
import { within } from './within.ts';

/**
 * What became of the events, in numbers that only grow, except `waiting` and `waitingBytes`. It adds up: accepted =
 * delivered + waiting + overflowed + unaddressed + abandoned.
 */
export interface ProviderStats {
  readonly accepted: number;
  readonly delivered: number;
  /** Waiting or on their way now. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Dropped, the oldest first, because the buffer was full. */
  readonly overflowed: number;
  /** Dropped because they name no unit that any flag randomises: nothing could be attributed. */
  readonly unaddressed: number;
  /** Given up by `onClose` after its time limit. */
  readonly abandoned: number;
  /** Refused: the value is NaN or infinite. */
  readonly notFinite: number;
  /** Refused: the event's name, value or context cannot be used. */
  readonly invalid: number;
  /** Refused: the provider was closed. */
  readonly afterClose: number;
  /** Sends that failed and were tried again. */
  readonly failedSends: number;
  readonly lastSendError: string | undefined;
}

export type Refusal = 'notFinite' | 'invalid' | 'afterClose';

export interface EventBufferOptions {
  readonly bufferLimit: number;
  readonly bufferBytes: number;
  readonly lingerMs: number;
  readonly batchSize: number;
  /** Called when an event that was accepted will not be delivered. */
  onDrop(event: LiftgateEvent): void;
}

/** Makes a batch of what can be addressed; says how many events that are. */
export type Prepare = (events: readonly LiftgateEvent[]) => {
  readonly batch: PreparedBatch | undefined;
  readonly addressed: number;
};

interface Waiting {
  readonly event: LiftgateEvent;
  readonly bytes: number;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * Events on their way out, in bounded memory. `add` only appends; batches leave after the linger or when one is full,
 * one at a time and in order, each as often as it takes. Without a way out (before `open`) events wait.
 */
export class EventBuffer {
  readonly #options: EventBufferOptions;
  /** Waiting events are those from `#head` on. */
  #queue: Waiting[] = [];
  #head = 0;
  #bytes = 0;
  #onTheWay = 0;
  #onTheWayBytes = 0;
  #prepare: Prepare | undefined;
  #running: Promise<void> | undefined;
  #linger: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  readonly #counts = {
    accepted: 0,
    delivered: 0,
    overflowed: 0,
    unaddressed: 0,
    abandoned: 0,
    notFinite: 0,
    invalid: 0,
    afterClose: 0,
    failedSends: 0,
  };
  #lastSendError: string | undefined;

  constructor(options: EventBufferOptions) {
    this.#options = options;
  }

  add(event: LiftgateEvent): void {
    const bytes = bytesOf(event);
    this.#queue.push({ event, bytes });
    this.#bytes += bytes;
    this.#counts.accepted++;
    while (
      this.#waiting + this.#onTheWay > this.#options.bufferLimit ||
      this.#bytes + this.#onTheWayBytes > this.#options.bufferBytes
    ) {
      const oldest = this.#shift();
      if (oldest === undefined) break;
      this.#counts.overflowed++;
      this.#options.onDrop(oldest.event);
    }
    this.#schedule();
  }

  refuse(why: Refusal): void {
    this.#counts[why]++;
  }

  stats(): ProviderStats {
    return {
      ...this.#counts,
      waiting: this.#waiting + this.#onTheWay,
      waitingBytes: this.#bytes + this.#onTheWayBytes,
      lastSendError: this.#lastSendError,
    };
  }

  /** From now on events leave through this. */
  open(prepare: Prepare): void {
    this.#prepare = prepare;
    this.#schedule();
  }

  /** A failed send is tried again now. */
  retryNow(): void {
    this.#wake?.();
  }

  /** Resolves once nothing waits, or when the time is over: false. Holds the process for that long at most. */
  async drain(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (this.#waiting + this.#onTheWay > 0) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.#prepare === undefined) return false;
      this.retryNow();
      this.#start();
      if (this.#running !== undefined) await within(this.#running, leftMs);
    }
    return true;
  }

  /** Ends the way out; what has not left is given up and counted. */
  close(): void {
    this.#prepare = undefined;
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#wake?.();
    this.#counts.abandoned += this.#waiting + this.#onTheWay;
    this.#queue = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#onTheWay = 0;
    this.#onTheWayBytes = 0;
  }

  get #waiting(): number {
    return this.#queue.length - this.#head;
  }

  #shift(): Waiting | undefined {
    const oldest = this.#queue[this.#head];
    if (oldest === undefined) return undefined;
    this.#head++;
    this.#bytes -= oldest.bytes;
    // Cut off what has left now and then, so that each event is moved once on average.
    if (this.#head > 1_024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return oldest;
  }

  #schedule(): void {
    if (this.#prepare === undefined || this.#running !== undefined || this.#waiting === 0) return;
    const full = this.#waiting >= this.#options.batchSize;
    if (this.#linger !== undefined && !full) return;
    clearTimeout(this.#linger);
    // Never now: the caller is somebody's request.
    this.#linger = setTimeout(() => this.#start(), full ? 0 : this.#options.lingerMs);
    this.#linger.unref();
  }

  #start(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      this.#schedule();
    });
  }

  async #run(): Promise<void> {
    const prepare = this.#prepare;
    if (prepare === undefined) return;
    while (this.#prepare === prepare && this.#waiting > 0) {
      const events = this.#take();
      const outcome = await this.#deliver(events, prepare);
      if (this.#prepare !== prepare) return; // counted by `close`
      this.#counts.delivered += outcome.delivered;
      this.#counts.unaddressed += outcome.unaddressed;
      this.#counts.abandoned += events.length - outcome.delivered - outcome.unaddressed;
      this.#onTheWay = 0;
      this.#onTheWayBytes = 0;
    }
  }

  async #deliver(
    events: readonly LiftgateEvent[],
    prepare: Prepare,
  ): Promise<{ delivered: number; unaddressed: number }> {
    try {
      const { batch, addressed } = prepare(events);
      if (batch !== undefined) await this.#send(batch, prepare);
      return { delivered: addressed, unaddressed: events.length - addressed };
    } catch (error) {
      // What cannot even be prepared would fail for ever; the events behind it go on.
      this.#lastSendError = messageOf(error);
      return { delivered: 0, unaddressed: 0 };
    }
  }

  #take(): LiftgateEvent[] {
    const events: LiftgateEvent[] = [];
    while (events.length < this.#options.batchSize) {
      const oldest = this.#shift();
      if (oldest === undefined) break;
      events.push(oldest.event);
      this.#onTheWay++;
      this.#onTheWayBytes += oldest.bytes;
    }
    return events;
  }

  /** Tries until it is taken, or until the way out has ended. */
  async #send(batch: PreparedBatch, prepare: Prepare): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (this.#prepare === prepare) {
      try {
        await batch.send();
        return;
      } catch (error) {
        this.#counts.failedSends++;
        this.#lastSendError = messageOf(error);
        await this.#pause(retryMs);
        retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#prepare === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      this.#wake = done;
    });
  }
}

/** An estimate: objects and numbers, and two bytes for every character. */
function bytesOf(event: LiftgateEvent): number {
  let characters = event.kind === 'metric' ? event.metric.length : event.flag.length + event.variant.length;
  for (const name in event.units) characters += name.length + (event.units[name]?.length ?? 0) + 16;
  return 200 + 2 * (event.id.length + characters);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
