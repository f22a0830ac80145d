/** Why something was refused at the edge, before it was accepted; a closed set, as it is a label. */
export const REJECT_REASONS = ['unreadable', 'missing_field', 'time', 'too_large', 'invalid'] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

const REASONS: ReadonlyMap<string, RejectReason> = new Map([
  ['not_json', 'unreadable'],
  ['bad_json', 'unreadable'],
  ['bad_utf8', 'unreadable'],
  ['bad_eml', 'unreadable'],
  ['eml_unreadable', 'unreadable'],
  ['csv_row', 'unreadable'],
  ['csv_columns', 'unreadable'],
  ['missing_field', 'missing_field'],
  ['bad_time', 'time'],
  ['time_in_future', 'time'],
  ['time_too_old', 'time'],
  ['too_long', 'too_large'],
  ['line_too_long', 'too_large'],
]);

/** The reason that the code of an error counts under; `invalid` for all that have none of their own. */
export function rejectReasonOf(code: string): RejectReason {
  return REASONS.get(code) ?? 'invalid';
}
