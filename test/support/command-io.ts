import { Readable } from 'node:stream';

import type { CommandIo } from '../../pipeline/commands/command.js';

/** What a command in this process says, and how it was asked. */
export interface CapturedIo {
  readonly io: CommandIo;
  /** Standard output and the words beside it until now. */
  readonly said: () => { readonly out: string; readonly words: string };
}

/** A terminal or a pipe for a command that runs in this process. */
export function captureIo(cwd: string, { input = '', tty = false } = {}): CapturedIo {
  let [out, words] = ['', ''];
  const io: CommandIo = {
    out: (text) => {
      out += text;
    },
    words: (text) => {
      words += text;
    },
    stdin: Readable.from(input === '' ? [] : [input]),
    leaveStdin: () => undefined,
    outTty: tty,
    env: {},
    cwd,
    signal: new AbortController().signal,
    onHangup: () => undefined,
  };
  return { io, said: () => ({ out, words }) };
}
