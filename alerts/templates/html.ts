/** HTML that may be put into a page as it is. Only `html` makes it. */
export interface SafeHtml {
  readonly safeHtml: string;
}

export type HtmlValue = SafeHtml | string | number | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template tag that escapes everything put into it, in text and in quoted attributes, unless it is `html` itself. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml {
  const parts = strings.map((text, index) => {
    const value = values[index];
    return value === undefined ? text : text + toHtml(value);
  });
  return { safeHtml: parts.join('') };
}

function toHtml(value: HtmlValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
  return 'safeHtml' in value ? value.safeHtml : value.map(toHtml).join('');
}

/** The address when it is http or https, else null: feeds may hand us `javascript:` and worse. */
export function webLink(url: string | null): string | null {
  if (url === null || url.length > 2_000 || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  return parsed.protocol === 'http:' || parsed.protocol === 'https:' ? parsed.href : null;
}

/**
 * One line without control characters, line breaks and the invisible marks that turn the reading direction; at most
 * `maxChars` characters, cut with an ellipsis.
 */
export function plainLine(text: string, maxChars: number): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const chars = Array.from(line);
  return chars.length <= maxChars ? line : `${chars.slice(0, maxChars - 1).join('')}…`;
}
