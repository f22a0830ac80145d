import type { Language } from './strings.js';

/** Between these polarities a text is called neutral and gets no arrow. */
const NEUTRAL_BAND = 0.05;

export type Tone = 'negative' | 'neutral' | 'positive';

export function toneOf(polarity: number): Tone {
  if (polarity <= -NEUTRAL_BAND) return 'negative';
  return polarity >= NEUTRAL_BAND ? 'positive' : 'neutral';
}

export const TONE_SHAPES: Readonly<Record<Tone, string>> = { negative: '▼', neutral: '◆', positive: '▲' };

/** A polarity or a change with its sign and two digits; a true minus, and no sign on zero. */
export function formatSigned(value: number): string {
  const digits = Math.abs(value).toFixed(2);
  if (digits === '0.00') return digits;
  return (value < 0 ? '−' : '+') + digits;
}

/** A probability as a percentage that never says 0 % or 100 % of something unsure. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.005) return '<1 %';
  if (share < 1 && share >= 0.995) return '>99 %';
  return `${Math.round(share * 100)} %`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US').replaceAll(',', '\u202f');
}

export function formatNumber(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

/** `2026-03-10 12:04`, in UTC as every time of the page. */
export function formatTime(iso: string): string {
  return new Date(iso).toISOString().slice(0, 16).replace('T', ' ');
}

export function formatClock(iso: string): string {
  return new Date(iso).toISOString().slice(11, 19);
}

/** Start to end; the date of the end only where it differs. */
export function formatWindow(start: string, end: string): string {
  const from = formatTime(start);
  const to = formatTime(end);
  if (from.endsWith('00:00') && to.endsWith('00:00')) return from.slice(0, 10);
  return from.slice(0, 10) === to.slice(0, 10) ? `${from}–${to.slice(11)}` : `${from} – ${to}`;
}

const UNITS = [
  { ms: 86_400_000, en: 'd', zh: '天' },
  { ms: 3_600_000, en: 'h', zh: '小时' },
  { ms: 60_000, en: 'min', zh: '分钟' },
  { ms: 1_000, en: 's', zh: '秒' },
] as const;

/** A length of time in its largest whole unit: `45 s`, `3 min`, `2 h`. */
export function formatAge(ms: number, language: Language): string {
  const unit = UNITS.find((candidate) => ms >= candidate.ms) ?? UNITS[3];
  return `${Math.max(0, Math.floor(ms / unit.ms))} ${unit[language]}`;
}

/* Control characters and those that turn the direction of text could make it say something else. */
const DECEPTIVE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from outside with deceptive characters made visible, one for one, so that spans still fit. */
export function safeText(text: string): string {
  return text.replace(DECEPTIVE, '\ufffd');
}

/** The address when it is an ordinary web link, else null: nothing else may be clicked. */
export function safeLink(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}

/** A model's name and version, with the beginning of its hash unless the version is that already. */
export function describeModel(model: {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}): string {
  // Behind the + stands what expert rules there were.
  const own = model.version.split('+')[0] ?? '';
  const hash = model.sha256.startsWith(own) ? '' : ` (${model.sha256.slice(0, 12)})`;
  return `${model.name} ${model.version}${hash}`;
}

/** Whether a sentence is the headline but for its full stop, so that showing both tells nothing new. */
export function saysTheSame(sentence: string, title: string): boolean {
  const bare = (text: string) =>
    text
      .trim()
      .replace(/[.。!！]+$/u, '')
      .toLowerCase();
  return bare(sentence) === bare(title);
}
