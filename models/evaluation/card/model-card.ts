import { describeModel } from './describe-model.js';

export interface CardTable {
  readonly title: string;
  /** Stands above the table. */
  readonly words: string | null;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What the card of a model is made from; `trainNgram` and `evaluate --card` fill it in. */
export interface CardFacts {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly bytes: number | null;
  readonly trainingSets: readonly {
    readonly key: string;
    readonly rows: number | null;
    readonly licence: string;
  }[];
  /** Further lines of the head: seed, hashes, commit, date. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly tables: readonly CardTable[];
}

/** The card of a model as Markdown: what it is, what it may be used for, its data with licences, its limits, and its figures. */
export function toModelCard(card: CardFacts): string {
  const { method, limits, ...described } = describeModel(card.name);
  // A set of the installation that made it outweighs what its name allows.
  const own = card.trainingSets.some(({ key }) => key === 'labels');
  const use = own ? 'in the installation whose texts it learnt from; do not ship.' : described.use;
  const size = card.bytes === null ? '' : `, ${(card.bytes / 1e6).toFixed(1)} MB`;
  const sets = card.trainingSets.map(({ key, rows, licence }) => [
    key,
    rows === null ? '–' : String(rows),
    licence,
  ]);
  return [
    `# ${card.name}`,
    '',
    'Sentiment (negative, neutral, positive) and topics of short English and Chinese finance texts.',
    '',
    `- **Method**: ${method}`,
    `- **Version** \`${card.version}\`, SHA-256 \`${card.sha256}\`${size}.`,
    ...card.facts.map(([name, value]) => `- **${name}**: ${value}`),
    `- **Use**: ${use}`,
    '- **Limits**:',
    ...limits.map((limit) => `  - ${limit}`),
    '',
    '## Training sets',
    '',
    ...(sets.length === 0 ? ['None.'] : table(['set', 'rows', 'licence as stated'], sets)),
    '',
    ...card.tables.flatMap(({ title, words, head, rows }) => [
      `## ${title}`,
      '',
      ...(words === null ? [] : [words, '']),
      ...table(head, rows),
      '',
    ]),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}

/** A text of the suite may hold what a table is drawn with. */
function escapeCell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');
}
