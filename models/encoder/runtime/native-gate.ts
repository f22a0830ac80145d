/*
 * A thread that is ended while it is in native code takes the whole process with it: what that code then tells JavaScript
 * finds none, and N-API throws where nobody can catch it. So a thread says when it is inside, and is left to end itself.
 */

const FREE = 0;
const INSIDE = 1;
const ENDING = 2;

/** Shared by a thread and who started it: one of the states above. */
export type NativeGate = Int32Array<SharedArrayBuffer>;

export function createNativeGate(): NativeGate {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** For the starter: from now on the thread goes inside no more. True when it may be ended at once, false when it ends itself. */
export function closeGate(gate: NativeGate): boolean {
  return Atomics.exchange(gate, 0, ENDING) !== INSIDE;
}

/** For the thread: runs what goes into native code. Resolves with null, before or after it, when the thread is to end. */
export async function passGate<Value>(
  gate: NativeGate,
  run: () => Promise<Value>,
): Promise<{ readonly value: Value } | null> {
  if (Atomics.compareExchange(gate, 0, FREE, INSIDE) !== FREE) return null;
  try {
    const value = await run();
    return (await leave(gate)) ? { value } : null;
  } catch (error) {
    if (!(await leave(gate))) return null;
    throw error;
  }
}

/** What follows a promise of native code still runs within it; the next turn does not. */
async function leave(gate: NativeGate): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve));
  return Atomics.compareExchange(gate, 0, INSIDE, FREE) === INSIDE;
}
