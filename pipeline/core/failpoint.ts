/** Places where tests end the process as if it were killed. */
export const FAILPOINTS = [
  'after_append_before_answer',
  'after_scored_before_commit',
  'between_inserts',
  'after_insert_before_roll_up',
  'after_roll_up_before_commit',
  'after_events_before_mail',
  'after_mail_before_event',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];
/** Places that a service under traffic does not pass. */
export type OperationFailpoint =
  | 'after_erasure_begun'
  | 'after_rows_removed'
  | 'during_backup'
  | 'during_restore'
  | 'after_migration_statement';

let armed: { readonly name: string; left: number } | null = null;

/** Arms one place: `name`, or `name:3` for the third time that it is passed. For tests alone; see `cli.ts`. */
export function armFailpoint(text: string): void {
  const [name = '', count = '1'] = text.split(':');
  armed = { name, left: Number(count) };
}

/** Costs a comparison when nothing is armed. */
export function failpoint(name: Failpoint | OperationFailpoint): void {
  if (armed?.name !== name) return;
  armed.left -= 1;
  if (armed.left <= 0) process.kill(process.pid, 'SIGKILL');
}

let armedText = '';

/** Arms what a text with a mark does to the thread that reads it: `hang:MARK` or `throw:MARK`. For tests alone. */
export function armTextFault(text: string): void {
  armedText = text;
}

/** What is armed, for a thread to arm it too. */
export function armedTextFault(): string {
  return armedText;
}

/** Costs a comparison when nothing is armed. */
export function textFault(value: Uint8Array): void {
  if (armedText === '') return;
  const [kind = '', mark = ''] = armedText.split(':');
  if (!Buffer.from(value).includes(mark)) return;
  if (kind === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('A text took the thread with it, as a test wants it.');
}
