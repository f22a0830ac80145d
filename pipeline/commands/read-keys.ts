import type { Readable } from 'node:stream';

/** Ctrl-C and Ctrl-D. */
const STOP = new RegExp('[\\u0003\\u0004]');
/** Keys that are piped in; nobody labels more at once. */
const MOST_PIPED = 1 << 20;

/**
 * The keys a person presses, one by one without Enter; lower case, without white space. Ends at Ctrl-C, Ctrl-D and at the
 * signal; the terminal is then as it was. What is piped in is read to its end before this resolves, because the embedded
 * engine takes what waits on stdin for the data of an INSERT: open the keys before the store.
 */
export async function openKeys(stdin: Readable, signal: AbortSignal): Promise<AsyncGenerator<string>> {
  if ('setRawMode' in stdin)
    return keysOf(stdin, signal, (raw) => {
      (stdin as Readable & { setRawMode(raw: boolean): void }).setRawMode(raw);
    });
  let piped = '';
  for await (const chunk of stdin) {
    piped += String(chunk);
    if (piped.length > MOST_PIPED) break;
  }
  return keysOf([piped], signal, () => undefined);
}

async function* keysOf(
  chunks: Readable | readonly string[],
  signal: AbortSignal,
  setRawMode: (raw: boolean) => void,
): AsyncGenerator<string> {
  const stop = () => {
    if ('destroy' in chunks) chunks.destroy();
  };
  signal.addEventListener('abort', stop);
  setRawMode(true);
  try {
    for await (const chunk of chunks) {
      const keys = String(chunk).toLowerCase();
      const end = keys.search(STOP);
      yield* (end < 0 ? keys : keys.slice(0, end)).replace(/\s/gu, '');
      if (end >= 0) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    setRawMode(false);
  }
}
