import { spawn } from 'node:child_process';

/** A process that is there to be killed, and what it wrote until then. */
export interface KilledChild {
  /** Resolves as soon as the whole lines written so far are so; rejects when the process ends by itself. */
  until(are: (lines: readonly string[]) => boolean): Promise<void>;
  /** SIGKILL; resolves to the whole lines it wrote. */
  kill(): Promise<readonly string[]>;
}

/** Runs a script of `bundleChild` in a process of its own. */
export function startKilledChild(script: string, args: readonly string[]): KilledChild {
  const running = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  let look: () => void = () => undefined;
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    look();
  });
  running.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  // The last line may be cut by the kill: only whole lines count.
  const lines = () => output.split('\n').slice(0, -1);
  const closed = new Promise<void>((resolve, reject) => {
    running.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`The child ended by itself: ${errors}`));
    });
  });
  // Told by whoever waits.
  closed.catch(() => undefined);
  return {
    until: (are) =>
      Promise.race([
        closed,
        new Promise<void>((resolve) => {
          look = () => {
            if (are(lines())) resolve();
          };
          look();
        }),
      ]),
    kill: async () => {
      running.kill('SIGKILL');
      await closed;
      return lines();
    },
  };
}
