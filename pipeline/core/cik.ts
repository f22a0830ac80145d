/** A filer's number at the SEC, 1 to 10 digits with or without leading zeros, as the number alone; null for what is none. */
export function parseCik(text: string): string | null {
  return /^\d{1,10}$/.test(text) ? (/[1-9]\d*/.exec(text)?.[0] ?? null) : null;
}
