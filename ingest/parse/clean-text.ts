/// <reference lib="es2024.string" />

/**
 * Returns the text without what no store or page can carry: lone surrogates become U+FFFD, CR LF becomes LF, and NUL and
 * the other C0 controls except tab and line feed are removed. Words, signs and spacing stay as they came.
 */
export function cleanText(value: string): string {
  return value
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

const CLEAN_LINE = /^[!-~]+(?: [!-~]+)*$/;

/** The same for a value on one line (title, name, id): any run of white space becomes one blank, none at the ends. */
export function cleanLine(value: string): string {
  if (CLEAN_LINE.test(value)) return value;
  return cleanText(value).replace(/\s+/g, ' ').trim();
}

const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Copies a JSON value with every string and key cleaned; keys that could reach a prototype are left out.
 * Returns undefined for what is not JSON, or is nested deeper than `depth`.
 */
export function cleanJson(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || depth <= 0) return undefined;
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, depth - 1) ?? null);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (UNSAFE_KEYS.has(key)) continue;
    const cleaned = cleanJson(item, depth - 1);
    if (cleaned !== undefined) copy[cleanLine(key)] = cleaned;
  }
  return copy;
}
