import type { RawDocument, SourceInfo } from '../../../pipeline/core/document.js';
import {
  BellwetherError,
  InvalidDocumentError,
  TimeoutError,
  type Reason,
} from '../../../pipeline/core/errors.js';
import { parseDocument } from '../../parse/parse-document.js';
import type { Deliver, RejectedItem, Source } from '../../source.js';
import { parseContextOf, rejectedItem, type SourceParts } from '../../source-parts.js';
import { createStatusTracker, type StatusTracker } from '../../source-status.js';
import { createNotBefore, wishedPauseMs, type NotBefore } from '../not-before.js';
import {
  isExpected,
  StreamRefusedError,
  type LiveConnection,
  type LiveItem,
  type LiveStream,
} from './live-stream.js';
import {
  createReconnectSchedule,
  DEFAULT_RECONNECT,
  STABLE_MS,
  type ReconnectSchedule,
} from './reconnect-schedule.js';

/** What every live source needs besides. */
export interface LiveParts extends SourceParts {
  readonly source: Partial<SourceInfo> & { readonly id: string };
  /** A hint for documents that name no language of their own. */
  readonly language?: string | null;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  /** The last value stored with a delivery, or null. */
  readonly readCursor: (name: string) => Promise<string | null>;
}

export interface LiveSourceOptions extends LiveParts {
  readonly stream: LiveStream;
  /** A connection that brings neither a message nor a heartbeat for so long is given up. */
  readonly silenceMs: number;
}

const GAP_SHOWN_MS = 3_600_000;
/** Nothing changes soon where a person has to do something. */
const REFUSED_WAIT_MS = 300_000;
const MAX_WAIT_MS = 86_400_000;
/** Codes of a connection that is lost, for whatever reason; anything else has a cause that a person should see. */
const BREAKS: ReadonlySet<string> = new Set(['unreachable', 'timeout', 'silent', 'broken_off']);

/**
 * Reads a stream until the signal is aborted, and connects again whenever it breaks.
 *
 * One delivery at a time, of what came while the last one was waited for; meanwhile the connection is not read. Whatever breaks (the
 * connection, a delivery that was given up for now) the next connection starts at the stored cursors, exactly as after a kill. What the service asked for
 * (a limit, Retry-After) outlives a restart. The state follows with a delay: the break of a connection that worked is told when the next attempt fails, and after one
 * that did not, the next has to: something whole comes when it has stood for 20 s.
 * Rejects only with what is neither a broken service nor a retriable failure of a delivery.
 */
export function createLiveSource(options: LiveSourceOptions): Source {
  const tracker = createStatusTracker(options.source.id, options.clock);
  return {
    id: options.source.id,
    status: () => tracker.read(),
    run: (deliver, signal) => new LiveReader({ options, tracker, deliver, signal }).run(),
  };
}

interface ReaderParts {
  readonly options: LiveSourceOptions;
  readonly tracker: StatusTracker;
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
}

class LiveReader {
  private readonly schedule: ReconnectSchedule;
  private gap: (Reason & { readonly until: number }) | null = null;
  private trouble: Reason | null = null;
  private openedAt: number | null = null;
  /** Something whole came over this connection after it had stood for a while. */
  private worked = false;
  /** The last connection was over before anything came over it that showed that it works. */
  private doubtful = false;
  private readonly notBefore: NotBefore;
  private begun = false;

  constructor(private readonly parts: ReaderParts) {
    const { options, deliver } = parts;
    const { source, stream } = options;
    this.notBefore = createNotBefore({ ...options, sourceId: source.id, asked: stream.name, deliver });
    this.schedule = createReconnectSchedule({ ...DEFAULT_RECONNECT, random: parts.options.random });
  }

  async run(): Promise<void> {
    const { options, tracker, signal } = this.parts;
    while (!signal.aborted) {
      this.schedule.attempted(options.clock.monotonic());
      const refusedMs = await this.readOnce();
      const now = options.clock.monotonic();
      const waitMs = this.schedule.waitMs(this.openedAt === null ? 0 : now - this.openedAt, now);
      await options.clock.sleep(Math.min(MAX_WAIT_MS, Math.max(waitMs, refusedMs)), signal);
    }
    tracker.become('stopped');
  }

  /** Reads one connection to its end; returns how long the service asked to be left alone, milliseconds. */
  private async readOnce(): Promise<number> {
    const { options, tracker, signal } = this.parts;
    this.openedAt = null;
    this.worked = false;
    try {
      const wish = this.begun ? null : await this.notBefore.read();
      this.begun = true;
      if (wish !== null) {
        tracker.become('degraded', wish.reason);
        return wish.pauseMs;
      }
      const connection = await options.stream.open(signal);
      await this.readConnection(connection);
      // An ordinary end after a while is nothing to tell; the next attempt shows whether something is wrong.
      if (!signal.aborted && this.shortLived()) {
        this.doubtful = true;
        tracker.become('degraded', {
          code: 'ended_early',
          message: `${options.stream.name} ended the connection soon after it began.`,
        });
      }
      return 0;
    } catch (error) {
      if (signal.aborted) return 0;
      if (error instanceof BellwetherError) this.tellBreak(error);
      if (!isExpected(error)) throw error;
      await this.notBefore.keep(error);
      if (error instanceof StreamRefusedError && error.retryAt === null) return REFUSED_WAIT_MS;
      return wishedPauseMs(error, options.clock.now());
    }
  }

  /** Connections break, and little is missed then; the next attempt shows whether something is wrong. */
  private tellBreak(error: BellwetherError): void {
    const isBreak = BREAKS.has(error.code);
    if (isBreak && this.worked) return;
    this.doubtful ||= isBreak && this.openedAt !== null;
    this.parts.tracker.become('degraded', error);
  }

  private shortLived(): boolean {
    return this.openedAt === null || this.parts.options.clock.monotonic() - this.openedAt < STABLE_MS;
  }

  private async readConnection(connection: LiveConnection): Promise<void> {
    const { options, tracker, signal } = this.parts;
    const close = () => {
      connection.close();
    };
    signal.addEventListener('abort', close, { once: true });
    try {
      this.openedAt = options.clock.monotonic();
      tracker.contacted();
      if (options.stream.openIsRead === true) this.doubtful = false;
      this.working();
      while (!signal.aborted) {
        const step = await this.nextInTime(connection);
        if (step === null) return;
        tracker.contacted();
        if (!this.shortLived()) [this.worked, this.doubtful] = [true, false];
        if (step.gap !== undefined) this.missed(step.gap);
        this.trouble = step.trouble ?? null;
        if (step.items.length > 0 || step.cursors.length > 0) await this.take(step);
        this.working();
      }
    } finally {
      signal.removeEventListener('abort', close);
      connection.close();
    }
  }

  /** Like `next`, but silence ends it: a connection may be dead without anybody saying so. */
  private async nextInTime(connection: LiveConnection) {
    const { clock, silenceMs, stream } = this.parts.options;
    const heard = new AbortController();
    const watched = { silent: false };
    const watch = async () => {
      await clock.sleep(silenceMs, heard.signal);
      if (heard.signal.aborted) return;
      watched.silent = true;
      connection.close();
    };
    void watch();
    const fault = () =>
      new TimeoutError(
        'silent',
        `${stream.name} has sent nothing whole for ${silenceMs / 1_000} s; the connection is made anew.`,
        { retriable: true },
      );
    try {
      const step = await connection.next();
      if (watched.silent) throw fault();
      return step;
    } catch (error) {
      throw watched.silent ? fault() : error;
    } finally {
      heard.abort();
    }
  }

  private async take({
    items,
    cursors,
  }: {
    readonly items: readonly LiveItem[];
    readonly cursors: Parameters<Deliver>[0]['cursors'];
  }): Promise<void> {
    const { options, tracker, deliver } = this.parts;
    const { documents, rejected } = readItems(items, options);
    await deliver({ documents, cursors });
    // Told only now: after a failed delivery the same items come again.
    tracker.delivered(documents.length);
    for (const item of rejected) {
      tracker.rejected();
      options.onRejected(item);
    }
  }

  private missed(message: string): void {
    this.gap = { code: 'items_missed', message, until: this.parts.options.clock.now() + GAP_SHOWN_MS };
  }

  private working(): void {
    const { options, tracker } = this.parts;
    if (this.gap !== null && this.gap.until <= options.clock.now()) this.gap = null;
    const reasons = [this.trouble, this.gap].filter((reason) => reason !== null);
    const [first] = reasons;
    if (first === undefined) {
      if (!this.doubtful) tracker.become('ok');
    } else
      tracker.become('degraded', {
        code: first.code,
        message: reasons.map(({ message }) => message).join(' '),
      });
  }
}

/** Checks each item alone; what breaks the contract is told with its place, and the rest goes on. */
export function readItems(
  items: readonly LiveItem[],
  parts: LiveParts,
): { readonly documents: readonly RawDocument[]; readonly rejected: readonly RejectedItem[] } {
  const documents: RawDocument[] = [];
  const rejected: RejectedItem[] = [];
  const { source, language } = parts;
  const context = parseContextOf(parts);
  for (const item of items) {
    try {
      if ('error' in item) throw item.error;
      const { document } = item;
      documents.push(
        parseDocument({ ...document, language: document['language'] ?? language, source }, context),
      );
    } catch (error) {
      if (!(error instanceof InvalidDocumentError)) throw error;
      rejected.push(rejectedItem(source.id, item.place, error));
    }
  }
  return { documents, rejected };
}
