import type { Clock } from '../core/clock.js';
import type { LogPosition } from '../core/document.js';
import { BellwetherError } from '../core/errors.js';
import { keptOriginal } from '../core/kept-original.js';
import { RAW_TOPIC, type DurableLog, type LogMessage, type LogReader } from '../core/log.js';
import type { DeadLetter, ScoredMessage } from '../core/scored.js';
import type { UnderstandBatch } from '../operators/understand-batch.js';

export interface CrashGuardOptions {
  readonly log: DurableLog;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly encodeScored: (message: ScoredMessage) => Uint8Array;
  readonly onCondemned: (raw: LogPosition) => void;
}

/**
 * Finds the message that ends the process whenever it is read (no memory left, a crash of native code) and makes it a dead
 * letter, instead of starting over it for ever.
 *
 * After an unclean end UNDERSTAND reads in small groups, each committed before the next; when it ends again, one message
 * at a time, each written down before it is begun. What has six times been alone in work when the process ended is not
 * read again: at the eighth attempt, or at the ninth when a large backlog hides it in the first group. A message that is
 * only near an ordinary kill is hardly ever judged: it would have to be begun alone, and cut off, six times in a row.
 */
export interface CrashGuard {
  /** The same log, whose readers of raw documents are careful after an unclean end. */
  readonly log: DurableLog;
  /** The same work, without what is not to be read again. */
  understand(work: UnderstandBatch): UnderstandBatch;
  /** To be called when everything that was pulled is committed: the next start has nothing to be careful about. */
  ended(): Promise<void>;
}

/** What is known of a partition at the next start. */
interface Trace {
  /** `fast`: as much as credit allows; `groups`: one group after the other; `alone`: one message after the other. */
  readonly pace: 'fast' | 'groups' | 'alone';
  readonly offset: number;
  /** How often the message at `offset` was begun alone. */
  readonly begun: number;
  readonly clean: boolean;
}

interface Watch {
  pace: Trace['pace'];
  /** Messages to read alone before groups suffice. */
  alone: number;
  /** Offset from which on there is no reason for care. */
  readonly until: number;
  readonly before: Trace | null;
  last: number;
}

const GROUP = 32;
const FEW = 64;
const TIMES_ALONE = 6;
/** More can not have been in work when the process ended. */
const MAX_CARE = 20_000;
const LOOK_AGAIN_MS = 2;

export function createCrashGuard(options: CrashGuardOptions): CrashGuard {
  const { log } = options;
  const traces = new CrashTraces(log);
  const condemned = new Set<string>();
  let warm: () => Promise<unknown> = () => Promise.resolve();
  const condemn = (raw: LogPosition) => {
    condemned.add(placeOf(raw));
    options.onCondemned(raw);
  };
  return {
    log: {
      append: (topic, records, appendOptions) => log.append(topic, records, appendOptions),
      readCursor: (name) => log.readCursor(name),
      openReader: async (topic, group, readerOptions) => {
        const reader = await log.openReader(topic, group, readerOptions);
        return topic === RAW_TOPIC
          ? new CarefulReader(reader, { ...options, traces, condemn, warm: () => warm() })
          : reader;
      },
      endPositions: (topic) => log.endPositions(topic),
      committedPositions: (topic, group) => log.committedPositions(topic, group),
      trim: () => log.trim(),
      close: () => log.close(),
    },
    understand: (work) => {
      // Asked for nothing, it answers when it has started.
      warm = () => work([]);
      return (messages) => understandGood(work, messages);
    },
    ended: () => traces.markClean(),
  };

  async function understandGood(work: UnderstandBatch, messages: readonly LogMessage[]) {
    const good = messages.filter((message) => !condemned.has(placeOf(message)));
    if (good.length === messages.length) return work(messages);
    const records = good.length === 0 ? [] : [...(await work(good))];
    return messages.map((message) => {
      const record = condemned.has(placeOf(message)) ? undefined : records.shift();
      return record ?? toRecord(message, options);
    });
  }
}

/** The traces in the log's cursors. What cannot be written for now, as on a full disk, costs care at the next start, no data. */
class CrashTraces {
  readonly #written = new Map<number, Trace>();

  constructor(private readonly log: Pick<DurableLog, 'append' | 'readCursor'>) {}

  async read(partition: number): Promise<Trace | null> {
    const value = await this.log.readCursor(cursorOf(partition));
    return value === null ? null : (JSON.parse(value) as Trace);
  }

  async write(partition: number, trace: Trace): Promise<void> {
    this.#written.set(partition, trace);
    try {
      const cursors = [{ name: cursorOf(partition), value: JSON.stringify(trace) }];
      await this.log.append(RAW_TOPIC, [], { cursors });
    } catch (error) {
      if (!(error instanceof BellwetherError) || !error.retriable) throw error;
    }
  }

  async markClean(): Promise<void> {
    for (const [partition, trace] of this.#written) await this.write(partition, { ...trace, clean: true });
  }
}

interface CarefulOptions extends CrashGuardOptions {
  readonly traces: CrashTraces;
  readonly condemn: (raw: LogPosition) => void;
  /** Resolves when texts can be read: a process that was killed before that says nothing about a message. */
  readonly warm: () => Promise<unknown>;
}

class CarefulReader implements LogReader {
  readonly #watches = new Map<number, Watch>();
  readonly #committed = new Map<number, number>();
  #held: LogMessage[] = [];

  constructor(
    private readonly reader: LogReader,
    private readonly options: CarefulOptions,
  ) {}

  async pull(limits: Parameters<LogReader['pull']>[0]): Promise<readonly LogMessage[]> {
    if (this.#mustWait()) {
      await this.options.clock.sleep(LOOK_AGAIN_MS);
      return [];
    }
    const messages = this.#held.length > 0 ? this.#held : [...(await this.reader.pull(limits))];
    this.#held = [];
    const [first] = messages;
    if (first === undefined) return [];
    const watch = await this.#watchOf(first);
    const count = this.#countOf(messages, watch);
    this.#held = messages.slice(count);
    const given = messages.slice(0, count);
    for (const message of given) await this.#give(message);
    return given;
  }

  async commit(next: readonly LogPosition[]): Promise<void> {
    await this.reader.commit(next);
    for (const { partition, offset } of next) this.#committed.set(partition, offset);
  }

  close(): Promise<void> {
    return this.reader.close();
  }

  /** A careful partition gives out nothing before what it gave is done. */
  #mustWait(): boolean {
    return [...this.#watches].some(
      ([partition, { pace, last }]) => pace !== 'fast' && (this.#committed.get(partition) ?? 0) <= last,
    );
  }

  /** How many of the messages may go at once: up to the first of a partition that wants more care. */
  #countOf(messages: readonly LogMessage[], watch: Watch): number {
    if (watch.pace === 'alone') return 1;
    const other = messages.findIndex(({ partition }) => this.#watches.get(partition)?.pace !== watch.pace);
    const same = other < 0 ? messages.length : other;
    return watch.pace === 'groups' ? Math.min(same, GROUP) : same;
  }

  async #give({ partition, offset }: LogMessage): Promise<void> {
    const watch = this.#watches.get(partition);
    if (watch === undefined) return;
    watch.last = offset;
    if (watch.pace === 'alone') await this.#begin(watch, { partition, offset });
    else if (watch.pace === 'groups' && offset >= watch.until) {
      watch.pace = 'fast';
      await this.options.traces.write(partition, { pace: 'fast', offset, begun: 0, clean: false });
    }
  }

  async #begin(watch: Watch, raw: LogPosition): Promise<void> {
    const { before } = watch;
    const begun = before?.pace === 'alone' && before.offset === raw.offset ? before.begun : 0;
    if (begun >= TIMES_ALONE) this.options.condemn(raw);
    await this.options.traces.write(raw.partition, {
      pace: 'alone',
      offset: raw.offset,
      begun: begun >= TIMES_ALONE ? 0 : begun + 1,
      clean: false,
    });
    watch.alone -= 1;
    if (watch.alone <= 0) watch.pace = 'groups';
  }

  async #watchOf({ partition, offset }: LogMessage): Promise<Watch> {
    const known = this.#watches.get(partition);
    if (known !== undefined) return known;
    const before = await this.options.traces.read(partition);
    const ends = await this.options.log.endPositions(RAW_TOPIC);
    const end = ends.find((position) => position.partition === partition)?.offset ?? offset;
    const pace = paceAfter(before, end - offset);
    if (pace !== 'fast') await this.options.warm();
    const until = Math.min(end, offset + MAX_CARE) - 1;
    const watch: Watch = { pace, alone: GROUP, until, before, last: offset - 1 };
    this.#watches.set(partition, watch);
    this.#committed.set(partition, offset);
    // What stands alone is written down when it is begun.
    if (pace !== 'alone')
      await this.options.traces.write(partition, { pace, offset, begun: 0, clean: false });
    return watch;
  }
}

function paceAfter(before: Trace | null, backlog: number): Trace['pace'] {
  if (before === null || before.clean) return 'fast';
  if (before.pace === 'fast' && backlog > FEW) return 'groups';
  return 'alone';
}

function toRecord({ partition, offset, value }: LogMessage, { clock, encodeScored }: CrashGuardOptions) {
  const raw = { partition, offset };
  const letter: DeadLetter = {
    reason: 'internal_error',
    detail: 'The process ended each time this message was read. Look at it before it is retried.',
    stage: 'understand',
    originalBase64: Buffer.from(keptOriginal(value)).toString('base64'),
    attempts: TIMES_ALONE + 1,
    at: new Date(clock.now()).toISOString(),
  };
  const message: ScoredMessage = { kind: 'dead-letter', raw, letter };
  return { key: placeOf(raw), value: encodeScored(message), kind: message.kind };
}

function cursorOf(partition: number): string {
  return `crashes:${partition}`;
}

function placeOf({ partition, offset }: LogPosition): string {
  return `${partition}:${offset}`;
}
