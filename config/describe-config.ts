import { stringify } from 'yaml';
import { z } from 'zod';

import { configSchema } from './schema.js';
import { sourceSchema } from './source-schema.js';
import { describeSchema, shapeOf, typeWords, unwrap } from './walk-schema.js';

const WIDTH = 100;

const HEADER = `# All options of Bellwether with their defaults: this is the demo, what runs without a configuration file.
# Written out of config/schema.ts. Any option may be left out; an unknown one is an error.
# From the environment: BELLWETHER_ and the path, levels joined by two underscores, such as BELLWETHER_HTTP__PORT=9000.
# Secrets: \${env:NAME} or {file: PATH}, never the value itself.
`;

export interface OptionDescription {
  readonly path: string;
  readonly type: string;
  /** As in YAML; null when the option must be given. */
  readonly default: string | null;
  readonly doc: string;
}

/** Every option in the order of the schema, entries of lists included (`sources[].url`). */
export function describeOptions(): readonly OptionDescription[] {
  return optionsOf(configSchema, '');
}

/** The documented defaults as a YAML file that can be edited. */
export function defaultYaml(): string {
  const sections = Object.entries(configSchema.shape).map(([name, schema]) => {
    return name === 'sources' ? sourcesYaml() : optionYaml(name, schema, '');
  });
  return [HEADER, ...sections].join('\n');
}

/** The same as a Markdown table. */
export function optionsTable(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = describeOptions().map(
    ({ path, type, default: value, doc }) =>
      `| \`${path}\` | ${cell(type)} | ${value === null ? 'required' : `\`${cell(value)}\``} | ${cell(doc)} |`,
  );
  return ['| option | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function optionsOf(schema: z.core.$ZodType, path: string): readonly OptionDescription[] {
  const inner = unwrap(schema);
  const join = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape as Record<string, z.core.$ZodType>).flatMap(([key, option]) =>
      optionsOf(option, join(key)),
    );
  if (inner instanceof z.ZodDiscriminatedUnion)
    return inner.def.options.flatMap((option) => optionsOf(option, path));
  const own = [{ path, type: typeWords(schema), default: defaultOf(schema), doc: describeSchema(schema) }];
  if (!(inner instanceof z.ZodArray)) return own;
  return [
    ...own,
    ...optionsOf(inner.def.element, `${path}[]`).filter((option) => option.path !== `${path}[]`),
  ];
}

/** An option with its meaning above it; a section with those of all its options. */
function optionYaml(name: string, schema: z.core.$ZodType, indent: string): string {
  const shape = unwrap(schema) instanceof z.ZodObject ? shapeOf(schema, undefined) : null;
  if (shape !== null) {
    const options = Object.entries(shape).map(([option, inner]) => optionYaml(option, inner, `${indent}  `));
    return `${comment(describeSchema(schema), indent)}${indent}${name}:\n${options.join('')}`;
  }
  const doc = comment(`${describeSchema(schema)} (${typeWords(schema)})`, indent);
  return `${doc}${indent}${name}: ${defaultOf(schema) ?? ''}\n`;
}

/** The demo is switched on, and the other kinds of source stand below it as comments. */
function sourcesYaml(): string {
  const kinds = sourceSchema.def.options.map((option) => {
    const [type, ...options] = optionsOf(option, '');
    const lines = options.map(({ path, type: words, default: value, doc }) =>
      comment(`  ${path}: ${value ?? '…'}  (${words}) ${doc}`, '', '#      '),
    );
    return `${comment(`- type: ${type?.type ?? ''}  ${type?.doc ?? ''}`, '', '#    ')}${lines.join('')}`;
  });
  const doc = comment(describeSchema(configSchema.shape.sources), '');
  return `${doc}sources:\n  - type: demo\n# Kinds of source:\n${kinds.join('')}`;
}

function defaultOf(schema: z.core.$ZodType): string | null {
  const result = z.safeParse(schema, undefined);
  if (!result.success) return null;
  if (result.data === undefined) return 'as built in';
  return onOneLine(
    stringify(result.data, { collectionStyle: 'flow', flowCollectionPadding: false, singleQuote: true }),
  );
}

/** Longer lists come on lines of their own, which a comment could not follow. */
function onOneLine(yaml: string): string {
  return yaml
    .trim()
    .replace(/([[{])\s*\n\s*/g, '$1')
    .replace(/\s*\n\s*([\]}])/g, '$1')
    .replace(/\s*\n\s*/g, ' ');
}

function comment(text: string, indent: string, mark = '# '): string {
  const width = WIDTH - indent.length - mark.length;
  const lines: string[] = [''];
  const lead = /^ */.exec(text)?.[0] ?? '';
  for (const word of text.trim().split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length + 1 > width) lines.push(`${lead}${word}`);
    else lines[lines.length - 1] = line === '' ? `${lead}${word}` : `${line} ${word}`;
  }
  return lines.map((line) => `${indent}${mark}${line}\n`).join('');
}
