import type { Host, HostLoss, HostOptions } from './host.js';
import { HostLostError, startHost } from './host.js';
import { nextBatch } from './next-batch.js';
import type { NetworkInput, NetworkOutput } from './network.js';
import { runMending } from './run-mending.js';
import type { NetworkLanguage } from './worker-messages.js';

export interface PoolOptions extends HostOptions {
  readonly workers: number;
  /** Longest time for one batch, its texts one by one included. */
  readonly deadlineMs: number;
  /** Texts of one run at most. */
  readonly maxBatch: number;
  /** A batch that is not full is closed when its oldest text has waited so long. */
  readonly maxAgeMs: number;
  /** Threads that had nothing to do for so long are ended, and started again with the next text; null keeps them. */
  readonly idleMs: number | null;
  readonly observer: PoolObserver;
  /** Left out, a thread that was lost is started again with the next text. */
  readonly recovery?: PoolRecovery;
}

/** What becomes of a place whose host was lost or could not be started. */
export interface PoolRecovery {
  /** Milliseconds until it is started again after so many losses in a row; null never does. What is asked meanwhile is answered null. */
  pauseMs(losses: number): number | null;
  lost(problem: string, pauseMs: number | null): void;
  /** It was lost and serves again. */
  back(): void;
}

/** What is worth counting. */
export interface PoolObserver {
  /** A batch of so many texts was answered in `seconds`; its oldest text had waited `waitedSeconds` before. */
  batch(texts: number, seconds: number, waitedSeconds: number): void;
  /** A thread was lost, and another one takes its place; the message says what happened to it. */
  restarted(reason: HostLoss, message: string): void;
  /** A thread that was lost cannot be started again, told when the reason changes; null when it serves again. */
  startFailed(problem: string | null): void;
}

export interface NetworkPool {
  /** Starts all threads; rejects with what they refuse. */
  warm(): Promise<void>;
  /** The outputs for one text, or null when the thread that had it was lost or failed. So much of its batch's deadline is spent already. */
  ask(language: NetworkLanguage, input: NetworkInput, spentMs?: number): Promise<NetworkOutput | null>;
  /** Runs one batch as it is, without waiting for mates. */
  askTogether(
    language: NetworkLanguage,
    inputs: readonly NetworkInput[],
  ): Promise<readonly (NetworkOutput | null)[]>;
  /** From now on every text runs alone. */
  separate(): void;
  close(): Promise<void>;
}

interface Item extends NetworkInput {
  readonly language: NetworkLanguage;
  readonly spentMs: number;
  readonly since: number;
  readonly resolve: (output: NetworkOutput | null) => void;
}

interface Slot {
  state: 'off' | 'starting' | 'idle' | 'busy' | 'down';
  host: Host | null;
  /** In a row. */
  losses: number;
  startedAt: number;
  /** Why it could not be started the last time. */
  problem: string | null;
}

/** A thread that could not be started is tried again after so long; until then its texts are not kept waiting. */
const TRY_AGAIN_MS = 5_000;
/** What has served for so long starts counting its losses anew. */
const SOUND_MS = 600_000;

/** Creates threads for the networks of one model and shares texts out among them in micro-batches. */
export function createNetworkPool(options: PoolOptions): NetworkPool {
  return new Pool(options);
}

class Pool implements NetworkPool {
  private readonly slots: readonly Slot[];
  private waiting: Item[] = [];
  private maxBatch: number;
  private cancelAge: (() => void) | null = null;
  private idleTimer: NodeJS.Timeout | undefined;
  private readonly againTimers = new Set<NodeJS.Timeout>();
  private due = false;
  private closed = false;

  constructor(private readonly options: PoolOptions) {
    this.slots = Array.from({ length: options.workers }, () => ({
      state: 'off',
      host: null,
      losses: 0,
      startedAt: 0,
      problem: null,
    }));
    this.maxBatch = options.maxBatch;
  }

  async warm(): Promise<void> {
    await Promise.all(this.slots.filter(({ state }) => state === 'off').map((slot) => this.start(slot)));
    this.watchIdleness();
  }

  ask(
    language: NetworkLanguage,
    { ids, mentions }: NetworkInput,
    spentMs = 0,
  ): Promise<NetworkOutput | null> {
    return new Promise((resolve) => {
      if (this.closed) {
        resolve(null);
        return;
      }
      this.waiting.push({ language, ids, mentions, spentMs, since: performance.now(), resolve });
      if (this.waiting.length >= this.maxBatch * this.slots.length) this.due = true;
      this.cancelAge ??= after(this.options.maxAgeMs, () => {
        this.cancelAge = null;
        this.due = true;
        this.dispatch();
      });
      this.dispatch();
    });
  }

  async askTogether(
    language: NetworkLanguage,
    inputs: readonly NetworkInput[],
  ): Promise<readonly (NetworkOutput | null)[]> {
    const slot = this.slots.find(({ state }) => state === 'idle');
    if (inputs.length === 0 || slot === undefined) return inputs.map(() => null);
    return new Promise((resolve) => {
      const outputs: (NetworkOutput | null)[] = [];
      const items = inputs.map((input): Item => ({
        ...input,
        language,
        spentMs: 0,
        since: performance.now(),
        resolve: (output) => {
          if (outputs.push(output) === inputs.length) resolve(outputs);
        },
      }));
      void this.run(slot, items);
    });
  }

  separate(): void {
    this.maxBatch = 1;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelAge?.();
    for (const timer of [this.idleTimer, ...this.againTimers]) clearTimeout(timer);
    for (const { resolve } of this.waiting.splice(0)) resolve(null);
    await this.endHosts();
  }

  /** Gives idle threads what waits, once it is enough or old enough. */
  private dispatch(): void {
    clearTimeout(this.idleTimer);
    for (const slot of this.slots) if (slot.state === 'off') void this.startAgain(slot);
    if (this.slots.every((slot) => this.isAway(slot))) {
      for (const { resolve } of this.waiting.splice(0)) resolve(null);
    }
    while (this.due && this.waiting.length > 0) {
      const idle = this.slots.filter(({ state }) => state === 'idle');
      const slot = idle[0];
      if (slot === undefined) return;
      const batch = nextBatch(this.waiting, { maxBatch: this.maxBatch, idle: idle.length });
      const taken = new Set(batch);
      this.waiting = this.waiting.filter((item) => !taken.has(item));
      void this.run(slot, batch);
    }
    if (this.waiting.length > 0) return;
    this.due = false;
    this.cancelAge?.();
    this.cancelAge = null;
    this.watchIdleness();
  }

  private async run(slot: Slot, batch: readonly Item[]): Promise<void> {
    const { host } = slot;
    const first = batch[0];
    if (host === null || first === undefined) return;
    slot.state = 'busy';
    const began = performance.now();
    const oldest = batch.reduce((since, item) => Math.min(since, item.since), began);
    let outputs: readonly (NetworkOutput | null)[] = [];
    try {
      const spentMs = Math.max(...batch.map((item) => item.spentMs));
      const deadlineMs = this.options.deadlineMs - spentMs;
      outputs = await runMending(host, first.language, batch, { deadlineMs });
      const seconds = (performance.now() - began) / 1_000;
      this.options.observer.batch(batch.length, seconds, (began - oldest) / 1_000);
      slot.state = 'idle';
    } catch (error) {
      if (!(error instanceof HostLostError)) throw error;
      slot.host = null;
      if (performance.now() - slot.startedAt > SOUND_MS) slot.losses = 0;
      this.recover(slot, error.message, 0);
      if (!this.closed) this.options.observer.restarted(error.reason, error.message);
    }
    for (const [index, { resolve }] of batch.entries()) resolve(outputs[index] ?? null);
    this.dispatch();
  }

  private async start(slot: Slot): Promise<void> {
    if (this.isClosed()) return;
    slot.state = 'starting';
    try {
      slot.host = await startHost(this.options);
    } catch (error) {
      this.recover(slot, error instanceof Error ? error.message : String(error), TRY_AGAIN_MS);
      this.dispatch();
      throw error;
    }
    slot.startedAt = performance.now();
    if (slot.losses > 0 && !this.isClosed()) this.options.recovery?.back();
    // Closed while the thread was starting.
    if (this.isClosed()) await this.endHosts();
    else slot.state = 'idle';
    this.dispatch();
  }

  /** Nobody waits for it: what becomes of it is told. */
  private async startAgain(slot: Slot): Promise<void> {
    const problem = await this.start(slot).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (this.isClosed() || problem === slot.problem) return;
    slot.problem = problem;
    this.options.observer.startFailed(problem);
  }

  /** Nothing waits for a place that is down, or for one with a stand-in that has yet to come back. */
  private isAway({ state, losses }: Slot): boolean {
    if (state === 'down') return true;
    return this.options.recovery !== undefined && losses > 0 && (state === 'off' || state === 'starting');
  }

  /** Decides when a place without a host is filled again. */
  private recover(slot: Slot, problem: string, usualMs: number): void {
    if (this.closed) return;
    slot.losses += 1;
    const { recovery } = this.options;
    const pauseMs = recovery === undefined ? usualMs : recovery.pauseMs(slot.losses);
    slot.state = pauseMs === 0 ? 'off' : 'down';
    if (pauseMs !== null && pauseMs > 0) this.tryAgain(slot, pauseMs);
    recovery?.lost(problem, pauseMs);
  }

  private isClosed(): boolean {
    return this.closed;
  }

  private tryAgain(slot: Slot, pauseMs: number): void {
    const timer = setTimeout(() => {
      this.againTimers.delete(timer);
      if (slot.state === 'down') slot.state = 'off';
    }, pauseMs);
    timer.unref();
    this.againTimers.add(timer);
  }

  private watchIdleness(): void {
    const { idleMs } = this.options;
    clearTimeout(this.idleTimer);
    if (idleMs === null || this.closed || this.slots.some(({ state }) => state === 'busy')) return;
    this.idleTimer = setTimeout(() => void this.endHosts(), idleMs);
    this.idleTimer.unref();
  }

  private async endHosts(): Promise<void> {
    const hosts = this.slots.flatMap((slot) => {
      const { host } = slot;
      slot.host = null;
      if (slot.state === 'idle' || slot.state === 'busy') slot.state = 'off';
      return host === null ? [] : [host];
    });
    await Promise.all(hosts.map((host) => host.end()));
  }
}

/** Calls back after so many milliseconds; 0 means when what is going on now is done. Returns how to cancel it. */
function after(ms: number, callback: () => void): () => void {
  if (ms === 0) {
    const immediate = setImmediate(callback);
    return () => {
      clearImmediate(immediate);
    };
  }
  const timer = setTimeout(callback, ms);
  return () => {
    clearTimeout(timer);
  };
}
