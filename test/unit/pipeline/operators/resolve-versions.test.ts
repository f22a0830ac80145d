import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { DocumentAction } from '../../../../pipeline/core/document.js';
import type { ScoredMessage } from '../../../../pipeline/core/scored.js';
import type {
  DocumentVersion,
  Receipt,
  StoredVersion,
  StoryStretch,
} from '../../../../pipeline/core/store.js';
import {
  resolveVersions,
  type ResolvedBatch,
  type WeighContributions,
} from '../../../../pipeline/operators/resolve-versions.js';
import { mention, rawDocument, scoredDocument, scoredMessage } from '../../../support/documents.js';

const weigh: WeighContributions = (scored, { copy }) =>
  scored.document.action === 'retract'
    ? []
    : ['market', ...scored.mentions.map((item) => item.instrument)].map((series) => ({
        series,
        relevance: 1,
        via: [],
        negative: scored.sentiment.negative,
        neutral: scored.sentiment.neutral,
        positive: scored.sentiment.positive,
        weight: copy ? 0 : 1,
      }));

/** Keeps what was resolved, as a store would. */
class Kept {
  readonly versions = new Map<string, DocumentVersion>();
  readonly receipts = new Map<number, Receipt>();

  findVersions = (ids: readonly string[]): Promise<readonly StoredVersion[]> =>
    Promise.resolve(
      [...this.versions.values()]
        .filter((item) => ids.includes(item.scored.document.id))
        .map((item) => ({
          id: item.scored.document.id,
          version: item.version,
          contentHash: item.scored.document.contentHash,
          raw: item.raw,
          sequence: item.sequence,
          action: item.scored.document.action,
          publishedAt: item.scored.document.publishedAt,
          series: item.contributions.map((contribution) => contribution.series),
        })),
    );

  findSettled = (positions: readonly { partition: number; offset: number }[]) =>
    Promise.resolve(
      positions.filter(({ offset }) => {
        const outcome = this.receipts.get(offset)?.outcome;
        return outcome !== undefined && outcome !== 'dead-letter';
      }),
    );

  findStories = (stories: readonly string[], { from, to, before }: StoryStretch) =>
    Promise.resolve(
      [...this.versions.values()]
        .filter((item) => item.scored.document.action !== 'retract' && item.sequence < before)
        .map((item) => ({
          storyId: item.scored.storyId,
          documentId: item.scored.document.id,
          publishedAt: Date.parse(item.scored.document.publishedAt),
          sequence: item.sequence,
        }))
        .filter((item) => stories.includes(item.storyId) && item.publishedAt >= from && item.publishedAt < to)
        .sort((a, b) => b.publishedAt - a.publishedAt || b.sequence - a.sequence)
        .slice(0, 20),
    );

  async process(messages: readonly ScoredMessage[]) {
    const sequenced = messages.map((message) => ({ sequence: message.raw.offset, message }));
    const resolved = await resolveVersions(sequenced, { store: this, weigh, virtualClock: true });
    this.keep(resolved);
    return resolved;
  }

  keep({ batch }: ResolvedBatch): void {
    for (const version of batch.versions) {
      this.versions.set(`${version.scored.document.id} ${version.version}`, version);
    }
    for (const receipt of batch.receipts) this.receipts.set(receipt.raw.offset, receipt);
  }
}

describe('resolveVersions', () => {
  it('stores a new document once and counts its repeat as a duplicate', async () => {
    const kept = new Kept();
    const scored = scoredDocument(rawDocument());
    await kept.process([scoredMessage(0, scored), scoredMessage(1, scored)]);
    await kept.process([scoredMessage(2, scored)]);
    expect([...kept.receipts.values()].map((receipt) => receipt.outcome)).toEqual([
      'stored',
      'duplicate',
      'duplicate',
    ]);
    expect(kept.versions.size).toBe(1);
  });

  it('makes a changed text a second version and withdraws the series that only the first one counted for', async () => {
    const kept = new Kept();
    const first = scoredDocument(rawDocument());
    const corrected = scoredDocument(rawDocument({ action: 'replace', text: 'It concerns a fund unit.' }), {
      mentions: [mention('FUND.XDEM')],
    });
    await kept.process([scoredMessage(0, first)]);
    const { batch, touched } = await kept.process([scoredMessage(1, corrected)]);
    expect(batch.versions[0]).toMatchObject({ version: 2 });
    expect(batch.versions[0]?.withdrawn.map((item) => item.series)).toEqual(['NWF.XDEM']);
    expect(touched.map((window) => window.series).sort()).toEqual(['FUND.XDEM', 'NWF.XDEM', 'market']);
  });

  it('keeps every version when the number of partitions was changed in between, in whatever cut it is repeated', async () => {
    const versions = ['first', 'second', 'third'].map((text, index) =>
      scoredDocument(rawDocument({ action: index === 0 ? 'add' : 'replace', text })),
    );
    // Its partition was 5 of 6, and is 2 and then 0 since.
    const messages = versions.map((scored, index) => ({
      ...scoredMessage(index, scored),
      raw: { partition: [5, 2, 0][index] ?? 0, offset: index },
    }));
    const [first, ...later] = messages;
    if (first === undefined) throw new Error('no message');
    const kept = new Kept();
    for (const part of [[first], later, messages, [first], later]) await kept.process(part);
    const numbered = [...kept.versions.values()].map(({ version, scored }) => [
      version,
      scored.document.text,
    ]);
    expect(numbered).toEqual([
      [1, 'first'],
      [2, 'second'],
      [3, 'third'],
    ]);
  });

  it('gives no number twice when a correction overtook its original', async () => {
    const [original, correction] = [3, 5].map((offset) =>
      scoredMessage(offset, scoredDocument(rawDocument({ text: `Text of ${offset}.` }))),
    );
    if (original === undefined || correction === undefined) throw new Error('two messages');
    // A partly failed append is sent again as a whole.
    const log = [correction, original, correction].map((message, sequence) => ({ sequence, message }));
    for (const cut of [1, 2, 3]) {
      const kept = new Kept();
      for (let at = 0; at < log.length; at += cut)
        kept.keep(
          await resolveVersions(log.slice(at, at + cut), { store: kept, weigh, virtualClock: false }),
        );
      const versions = [...kept.versions.values()].map(({ raw, version }) => [raw.offset, version]);
      expect(versions).toEqual([
        [5, 1],
        [3, 2],
      ]);
    }
  });

  it('withdraws every series of a retracted document', async () => {
    const kept = new Kept();
    await kept.process([scoredMessage(0, scoredDocument(rawDocument()))]);
    const { batch } = await kept.process([
      scoredMessage(1, scoredDocument(rawDocument({ action: 'retract' }))),
    ]);
    expect(batch.versions[0]?.contributions).toEqual([]);
    expect(batch.versions[0]?.withdrawn.map((item) => item.series)).toEqual(['market', 'NWF.XDEM']);
  });

  it.each([
    ['within the same batch', 71],
    ['after three days, as news again', 73],
  ])('weighs a reprint %s', async (_, hours) => {
    const kept = new Kept();
    const later = new Date(Date.parse('2026-03-02T09:00:00Z') + hours * 3_600_000).toISOString();
    const first = scoredDocument(rawDocument({ nativeId: 'a' }));
    const reprint = scoredDocument(rawDocument({ nativeId: 'b', publishedAt: later }), {
      storyId: first.storyId,
    });
    const { batch } = await kept.process([scoredMessage(0, first), scoredMessage(1, reprint)]);
    expect(batch.versions.map((item) => item.contributions[0]?.weight)).toEqual([1, hours > 72 ? 1 : 0]);
  });

  it('gives a correction the weight of its own story, not that of a copy of itself', async () => {
    const kept = new Kept();
    const first = scoredDocument(rawDocument());
    const retitled = scoredDocument(rawDocument({ action: 'replace', title: 'Corrected' }), {
      storyId: first.storyId,
    });
    await kept.process([scoredMessage(0, first)]);
    const { batch } = await kept.process([scoredMessage(1, retitled)]);
    expect(batch.versions[0]?.contributions[0]?.weight).toBe(1);
  });

  it('passes drops and dead letters on as receipts', async () => {
    const letter = {
      reason: 'undecodable',
      detail: 'bad bytes',
      stage: 'understand',
      originalBase64: '',
      attempts: 1,
      at: '2026-03-02T09:00:00.000Z',
    } as const;
    const { batch } = await new Kept().process([
      { kind: 'drop', raw: { partition: 0, offset: 0 }, id: 'x', reason: 'language_filtered' },
      { kind: 'dead-letter', raw: { partition: 0, offset: 1 }, letter },
    ]);
    expect(batch.receipts.map((receipt) => receipt.outcome)).toEqual(['drop', 'dead-letter']);
    expect(batch.deadLetters).toHaveLength(1);
  });

  it('takes a copy for a copy again after a crash, however many copies are stored already', async () => {
    const kept = new Kept();
    const messages = Array.from({ length: 40 }, (_, offset) =>
      scoredMessage(
        offset,
        scoredDocument(rawDocument({ nativeId: `copy ${offset}`, text: 'The same words.' })),
      ),
    );
    const weights = async (first: number) =>
      (await kept.process(messages.slice(first))).batch.versions.map(({ contributions }) =>
        contributions.map(({ weight }) => weight),
      );
    const once = await weights(0);
    expect(await weights(1)).toEqual(once.slice(1));
    expect(await weights(0)).toEqual(once);
  });

  it('gives the same rows however the log is cut into batches and whatever is done again after a crash', async () => {
    const message = fc.record({
      document: fc.integer({ min: 0, max: 3 }),
      text: fc.integer({ min: 0, max: 2 }),
      action: fc.constantFrom<DocumentAction>('add', 'add', 'replace', 'retract'),
    });
    const toMessages = (items: { document: number; text: number; action: DocumentAction }[]) =>
      items.map((item, offset) => {
        const text = `text ${String(item.text)}`;
        const document = rawDocument({ nativeId: String(item.document), text, action: item.action });
        return scoredMessage(offset, scoredDocument(document));
      });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 25 }),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 6 }), back: fc.integer({ min: 0, max: 5 }) }), {
          minLength: 1,
          maxLength: 30,
        }),
        async (items, cuts) => {
          const messages = toMessages(items);
          const oneByOne = new Kept();
          for (const one of messages) await oneByOne.process([one]);
          const crashing = new Kept();
          let at = 0;
          for (let turn = 0; at < messages.length; turn += 1) {
            const cut = cuts[turn % cuts.length] ?? { size: 1, back: 0 };
            // Going back is limited, so that every round makes progress.
            const from = Math.max(0, at - Math.min(cut.back, cut.size));
            await crashing.process(messages.slice(from, at + cut.size));
            at += cut.size;
          }
          expect(new Map([...crashing.versions].sort())).toEqual(new Map([...oneByOne.versions].sort()));
          expect([...crashing.receipts.values()]).toEqual([...oneByOne.receipts.values()]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([1, 2])(
    'keeps what was stored when UNDERSTAND gave the same message up after a crash, in %i batches',
    async (batches) => {
      const kept = new Kept();
      const scored = scoredMessage(0, scoredDocument(rawDocument()));
      const letter: ScoredMessage = {
        kind: 'dead-letter',
        raw: scored.raw,
        letter: {
          reason: 'internal_error',
          detail: 'Given up.',
          stage: 'understand',
          originalBase64: '',
          attempts: 5,
          at: '2026-03-02T09:00:00.000Z',
        },
      };
      if (batches === 1) await kept.process([scored, letter]);
      else {
        await kept.process([scored]);
        const { batch } = await kept.process([letter]);
        expect(batch).toEqual({ versions: [], deadLetters: [], receipts: [] });
      }
      expect(kept.receipts.get(0)?.outcome).toBe('stored');
    },
  );
});
