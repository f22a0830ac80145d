import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ModelName } from './model-names.js';

/** Under which terms a model is used, and what it reads by itself. */
export interface ModelTerms {
  /** `shippable`, `research`, or what somebody else asks of those who use a model of theirs. */
  readonly licence: string;
  readonly languages: readonly string[];
}

const BOTH = ['en', 'zh'];

/** Of either format the few fields that are asked for: a model that cannot serve for another reason has terms too. */
const schema = z.object({
  shippable: z.boolean().optional(),
  licence: z.string().optional(),
  languages: z.record(z.string(), z.looseObject({ ladder: z.string().optional() })).optional(),
  heads: z.array(z.looseObject({ language: z.string() })).optional(),
});

/** The terms of a model in a folder of models; null where its `model.json` is missing or says nothing that can be read. */
export async function readModelTerms(name: ModelName, directory: string): Promise<ModelTerms | null> {
  if (name === 'lexicon') return { licence: 'shippable', languages: BOTH };
  try {
    const json: unknown = JSON.parse(await readFile(join(directory, name, 'model.json'), 'utf8'));
    const manifest = schema.parse(json);
    // The n-gram models say it by their name: one for each choice of sets.
    const shippable = manifest.shippable ?? !name.endsWith('-research');
    return {
      licence: manifest.licence ?? (shippable ? 'shippable' : 'research'),
      languages: languagesOf(manifest),
    };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    if (error instanceof Error && 'syscall' in error) return null;
    throw error;
  }
}

function languagesOf({ languages = {}, heads = [] }: z.infer<typeof schema>): readonly string[] {
  const own = Object.entries(languages).flatMap(([language, { ladder }]) =>
    ladder === undefined ? [language] : [],
  );
  return [...new Set([...own, ...heads.map(({ language }) => language)])];
}
