import { parseFeedTime } from '../../../ingest/parse/parse-feed-time.js';
import { piecesOf } from '../target.js';

export const seeds = piecesOf([
  'Tue, 31 Mar 2026 14:05:00 +0800',
  'Tue Mar 31 14:05:00 2026',
  '2026-03-31T14:05:00Z',
  '2026-3-31T4:05:00.123456+08:00',
  '20260331T140500Z',
  'March 31, 2026 2:05 PM EST',
  '31/03/2026 14:05',
  '2026年3月31日 下午2:05',
  '31 mars 2026',
  '2026-W14-2',
  '2026-090',
  '1774965900',
  '1774965900000',
]);

export const pieces = piecesOf([
  'Mon',
  ', ',
  '24:00',
  ':60',
  ' GMT',
  ' CST',
  '+99:99',
  'Z',
  '上午',
  '年',
  '29 Feb',
  '-',
  '/',
  '.',
]);

export const limitMs = 50;

/** Any text is a time or none, and a time is one that a Date can hold. */
export function run(bytes: Uint8Array): void {
  const text = new TextDecoder().decode(bytes);
  for (const zone of [null, '+08:00']) {
    const time = parseFeedTime(text, zone);
    if (time !== null && Number.isNaN(new Date(time.ms).getTime())) throw new Error('A time is none.');
  }
}
