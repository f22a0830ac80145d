import { readFileSync, readlinkSync } from 'node:fs';

/** The unit of `/proc`: USER_HZ is 100 wherever node runs. */
const TICK_MS = 10;

/** The name of this thread below `/proc`, such as `12/task/15`, by which other threads of the process find it, too; empty where there is none. */
export function ownThread(): string {
  try {
    return readlinkSync('/proc/thread-self');
  } catch {
    // Only Linux has it; without it time is told by the clock on the wall.
    return '';
  }
}

/** Milliseconds that a thread has had of a processor, in steps of 10; null where the system does not say. */
export function processorMs(thread: string): number | null {
  try {
    const stat = readFileSync(`/proc/${thread}/stat`, 'latin1');
    // The name of the thread, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * TICK_MS : null;
  } catch {
    return null;
  }
}

export interface Clocks {
  /** Milliseconds that pass for everybody. */
  readonly wallMs: () => number;
  /** Milliseconds that the thread has run; null where nobody knows. */
  readonly processorMs: () => number | null;
}

export interface Stopwatch {
  readonly wallMs: () => number;
  /** Null also for a clock that stands still while time passes: then it does not count at all. */
  readonly processorMs: () => number | null;
}

/** Starts to measure now. */
export function startStopwatch(clocks: Clocks): Stopwatch {
  const began = clocks.wallMs();
  const before = clocks.processorMs();
  return {
    wallMs: () => clocks.wallMs() - began,
    processorMs: () => {
      const now = clocks.processorMs();
      return now === null || before === null || now <= before ? null : now - before;
    },
  };
}

/**
 * Says from when on a thread has run for `budgetMs`, however long it had to wait for a processor; where nobody knows, the time that passed counts.
 * Cheap to ask often: a thread runs no longer than time passes, so that the system is asked only when the budget may be spent.
 */
export function createBudget(clocks: Clocks, budgetMs: number): () => boolean {
  const watch = startStopwatch(clocks);
  let earliest = budgetMs;
  return () => {
    const passed = watch.wallMs();
    if (passed < earliest) return false;
    const used = watch.processorMs() ?? passed;
    earliest = passed + Math.max(TICK_MS, budgetMs - used);
    return used >= budgetMs;
  };
}

/** A thread that had less of the time is held up by other work; collecting memory beside it takes less from it than that. */
const BUSY_SHARE = 2 / 3;
const MOST_PATIENCE = 20;

/**
 * How much longer to wait, in milliseconds, for a thread that may run for `deadlineMs` and whose time has passed: 0 when it had it, more
 * when the machine did not let it run; at most twenty times the deadline in all.
 */
export function createPatience(watch: Stopwatch, deadlineMs: number): () => number {
  let busy = false;
  return () => {
    const passed = watch.wallMs();
    const used = watch.processorMs();
    if (used === null || used >= deadlineMs || passed >= deadlineMs * MOST_PATIENCE) return 0;
    busy ||= used < passed * BUSY_SHARE;
    return busy ? Math.max(TICK_MS, deadlineMs - used) : 0;
  };
}
