import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';

const STDIN = 0;

/**
 * Lets what is piped into the process go: from here on its standard input is empty. A terminal stays as it is.
 *
 * The embedded engine takes what waits on standard input for the data of an INSERT, and waits for its end. The number of the
 * file must stay taken, or the next file that is opened would be standard input. Call it before `process.stdin` is touched and
 * before anything runs beside it.
 */
export function leaveStdin(): void {
  if (isatty(STDIN)) return;
  closeSync(STDIN);
  const opened = openSync(devNull, 'r');
  if (opened !== STDIN) closeSync(opened);
}
