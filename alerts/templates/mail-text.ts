import type { MailContent } from './mail-content.js';

const BAR_CHARS = 24;

/** The text part: everything the HTML part says, laid out for a fixed-width reader. */
export function mailText(content: MailContent): string {
  const { words } = content;
  const blocks: (readonly string[])[] = [
    content.banner === null ? [] : [content.banner],
    [content.lead],
    content.link === null ? [] : [`${words.openPage}: ${content.link}`],
    evidenceLines(content),
    barLines(content),
    factLines(content),
    content.why.length === 0 ? [] : [heading(words.whyTitle), ...content.why],
    ['-- ', ...content.footer],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function heading(title: string): string {
  return `${title}\n${'-'.repeat(columns(title))}`;
}

function evidenceLines({ words, evidence, resolved }: MailContent): readonly string[] {
  if (resolved) return [];
  const items = evidence.map((item, index) =>
    [
      `${index + 1}. ${item.title}`,
      `   ${item.origin}; ${item.score}`,
      ...(item.spread === null ? [] : [`   ${item.spread}`]),
      ...(item.driven === null ? [] : [`   ! ${item.driven}`]),
      ...(item.ruled === null ? [] : [`   ${item.ruled}`]),
      ...(item.weighed === null ? [] : [`   ${item.weighed}`]),
      ...(item.sentence === '' ? [] : [`   > ${item.sentence}`]),
      ...(item.link === null ? [] : [`   ${item.link}`]),
    ].join('\n'),
  );
  return [heading(words.evidenceTitle), ...(items.length === 0 ? [words.noEvidence] : items)];
}

function barLines({ words, bars }: MailContent): readonly string[] {
  if (bars.length === 0) return [];
  const rows = bars.map(
    ({ label, value, share }) =>
      `${label}  ${'#'.repeat(Math.round(BAR_CHARS * share)).padEnd(BAR_CHARS)}  ${value}`,
  );
  return [heading(words.chartTitle), ...rows, words.chartNote];
}

function factLines({ facts }: MailContent): readonly string[] {
  const width = Math.max(...facts.map(([label]) => columns(label)));
  return facts.map(([label, value]) => `${label}${' '.repeat(width - columns(label))}  ${value}`);
}

/** Width on a fixed-width screen, where Chinese characters take two columns. */
function columns(text: string): number {
  return Array.from(text).reduce(
    (sum: number, char) => sum + (/[\u1100-\u115f\u2e80-\uffe6]/u.test(char) ? 2 : 1),
    0,
  );
}
