import { z } from 'zod';

import { authorPseudonym, isPseudonym } from '../../../ingest/parse/identity.js';
import { erasureId, type ErasureTarget } from '../../core/erasure.js';
import { ConfigError } from '../../core/errors.js';
import type { ErasedRows } from '../../storage/erasure.js';
import { allAuthorKeys, missingAuthorKeys } from '../author-keys.js';
import { findLetters, type ErasedCounts } from '../erase.js';
import type { Operation, OperationContext } from './operation.js';

const name = z.string().min(1).max(500).nullable();
const request = z.strictObject({
  /** As the source gives it; null when the pseudonym is given, or a whole source is meant. */
  author: name,
  pseudonym: name,
  source: name,
  mode: z.enum(['erase', 'dry-run', 'allow-again']),
  /** Erases also whom nothing is known of: a rule for what may come. */
  force: z.boolean().optional(),
});

export type EraseRequest = z.infer<typeof request>;

export interface EraseResult {
  readonly mode: EraseRequest['mode'];
  /** One for each source; a pseudonym and never a name. */
  readonly targets: readonly ErasureTarget[];
  readonly counts: (ErasedRows & { readonly deadLetters: number } & Partial<ErasedCounts>) | null;
  /** Nothing of the targets is stored, and they are neither configured nor erased already: a slip of the pen, perhaps. */
  readonly unknown: boolean;
  /** False: they are unknown and `force` was not given, so nothing was done. */
  readonly done: boolean;
  /** Targets that may come again. */
  readonly allowed: number;
  /** Days until Kafka has deleted the messages; null when the log is the embedded one. */
  readonly kafkaDays: number | null;
  /** With how many keys authors were named that the configuration does not hold. */
  readonly missingKeys: number;
}

/** Removes a person or a source from everywhere, or says what that would remove, or lets them in again. */
export const eraseOperation: Operation<EraseRequest, EraseResult> = {
  name: 'erase',
  parse(body) {
    const result = request.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', `An erasure cannot be asked so: ${z.prettifyError(result.error)}`);
  },
  async run(asked, context, signal) {
    const { forgetting, parts, config, flow } = context;
    // Sources, and what there is of them, are known when what was accepted is stored.
    if (asked.source === null || asked.mode !== 'allow-again') await flow.drained(signal);
    const targets = await targetsOf(asked, context);
    const missingKeys = (await missingAuthorKeys(parts.store, config)).length;
    const empty = {
      mode: asked.mode,
      targets,
      counts: null,
      allowed: 0,
      missingKeys,
      unknown: false,
      done: true,
    };
    const kafkaDays = config.log.url === 'file:' ? null : config.log.retentionDays;
    if (asked.mode === 'allow-again')
      return { ...empty, kafkaDays, allowed: await forgetting.allow(targets) };
    const found = await countOf(targets, context);
    const unknown = found.documents + found.deadLetters === 0 && !(await isKnown(targets, context));
    const result = { ...empty, kafkaDays, unknown, counts: found };
    if (asked.mode === 'dry-run') return result;
    if (unknown && asked.force !== true) return { ...result, done: false };
    return { ...result, counts: await forgetting.erase(targets) };
  },
};

async function countOf(targets: readonly ErasureTarget[], { parts: { store } }: OperationContext) {
  const suppressions = { covers: covering(targets) };
  const letters = await findLetters({ store, suppressions }, targets);
  return { ...(await store.erasure.count(targets)), deadLetters: letters.length };
}

/** A source that is configured, or whoever was erased before: it is said again, or was cut off. */
async function isKnown(
  targets: readonly ErasureTarget[],
  { parts: { store }, config }: OperationContext,
): Promise<boolean> {
  const erased = new Set((await store.erasure.suppressed()).targets.map(erasureId));
  const configured = new Set(config.sources.map(({ id }) => id));
  return targets.some(
    (target) => erased.has(erasureId(target)) || (target.kind === 'source' && configured.has(target.source)),
  );
}

async function targetsOf(
  { author, pseudonym, source }: EraseRequest,
  { parts, config }: OperationContext,
): Promise<readonly ErasureTarget[]> {
  if (author === null && pseudonym === null) {
    if (source !== null) return [{ kind: 'source', source }];
    throw new ConfigError(
      'usage',
      'Say whom: --author ID, --pseudonym P, or --source ID alone for a whole source.',
    );
  }
  const stored = source === null ? await parts.store.erasure.sources() : [source];
  const configured = source === null ? config.sources.map(({ id }) => id) : [];
  const keys = allAuthorKeys(config);
  return [...new Set([...stored, ...configured])].sort().flatMap((id) => {
    const named = pseudonym === null ? pseudonymsOf(id, author ?? '', keys) : [pseudonym];
    if (named.length > 0 && named.every(isPseudonym))
      return named.map((own) => ({ kind: 'author', source: id, pseudonym: own }) as const);
    throw new ConfigError(
      'no_author_key',
      pseudonym === null
        ? 'This configuration has no privacy.authorKey, so no author was kept under a pseudonym made here. Give the --config that the service runs with, or the --pseudonym itself.'
        : `${pseudonym.slice(0, 80)} is no pseudonym; one looks like u_0123456789abcdef0123.`,
    );
  });
}

/** Of one person in one source: a name a key, or the one pseudonym that was given as a name. */
function pseudonymsOf(source: string, author: string, keys: readonly string[]): readonly string[] {
  const named = [undefined, ...keys].flatMap((key) => authorPseudonym(source, author, key) ?? []);
  return [...new Set(named)];
}

function covering(targets: readonly ErasureTarget[]) {
  return ({ author, source }: { readonly author: string | null; readonly source: { readonly id: string } }) =>
    targets.some((target) =>
      target.kind === 'source'
        ? target.source === source.id
        : target.source === source.id && target.pseudonym === author,
    );
}
