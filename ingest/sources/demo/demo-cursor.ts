import { InvariantError } from '../../../pipeline/core/errors.js';

/** How far the demo's story has come; it lies in the log and moves with the documents. */
export interface DemoCursor {
  /** When this data folder first ran, milliseconds. */
  readonly startedAt: number;
  /** All quiet traffic before this time is delivered, milliseconds. */
  readonly through: number;
  /** Crises that have begun. */
  readonly crises: number;
}

export function writeDemoCursor(cursor: DemoCursor): string {
  return JSON.stringify(cursor);
}

export function parseDemoCursor(text: string): DemoCursor {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null) {
    const { startedAt, through, crises } = value as Readonly<Record<string, unknown>>;
    if (isCount(startedAt) && isCount(through) && isCount(crises)) return { startedAt, through, crises };
  }
  throw new InvariantError('demo_cursor_invalid', `The cursor of the demo is not one of ours: ${text}`);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
