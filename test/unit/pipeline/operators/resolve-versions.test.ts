import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { DocumentAction, RawDocument } from '../../../../pipeline/core/document.js';
import type { ScoredMessage } from '../../../../pipeline/core/scored.js';
import type {
  DocumentVersion,
  Receipt,
  StoredVersion,
  StoryStretch,
} from '../../../../pipeline/core/store.js';
import { toStoredVersion } from '../../../../pipeline/core/stored-version.js';
import {
  resolveVersions,
  type ResolvedBatch,
  type WeighContributions,
} from '../../../../pipeline/operators/resolve-versions.js';
import {
  createStoryAssigner,
  type StoryAssigner,
} from '../../../../pipeline/operators/stories/assign-stories.js';
import { isNoise } from '../../../../pipeline/operators/weigh-contributions.js';
import { StoryRecords } from '../../../../alerts/rehearsal/story-records.js';
import { mention, rawDocument, scoredDocument, scoredMessage } from '../../../support/documents.js';

const weigh: WeighContributions = (scored) =>
  scored.document.action === 'retract'
    ? []
    : ['market', ...scored.mentions.map((item) => item.instrument)].map((series) => ({
        series,
        relevance: 1,
        via: [],
        negative: scored.sentiment.negative,
        neutral: scored.sentiment.neutral,
        positive: scored.sentiment.positive,
        voice: isNoise(scored) ? 0 : 1,
        weight: isNoise(scored) ? 0 : 1,
      }));

/** Keeps what was resolved, as a store would. */
class Kept {
  readonly versions = new Map<string, DocumentVersion>();
  readonly receipts = new Map<number, Receipt>();
  stories: StoryAssigner = this.restart();

  /** A new process: it knows what is stored and nothing else. */
  restart(): StoryAssigner {
    this.stories = createStoryAssigner(this, 32);
    return this.stories;
  }

  findVersions = (ids: readonly string[]): Promise<readonly StoredVersion[]> =>
    Promise.resolve(
      [...this.versions.values()]
        .filter((item) => ids.includes(item.scored.document.id))
        .map((item) =>
          toStoredVersion(
            item,
            item.contributions.map((contribution) => contribution.series),
          ),
        ),
    );

  findSettled = (positions: readonly { partition: number; offset: number }[]) =>
    Promise.resolve(
      positions.filter(({ offset }) => {
        const outcome = this.receipts.get(offset)?.outcome;
        return outcome !== undefined && outcome !== 'dead-letter';
      }),
    );

  findStories = (stories: readonly string[], stretch: StoryStretch) =>
    Promise.resolve(this.#records().find(stories, stretch));

  findAuthorVoices = (authorDays: readonly string[], before: number) =>
    Promise.resolve(this.#records().voices(authorDays, before));

  #records(): StoryRecords {
    const records = new StoryRecords();
    for (const version of this.inOrder()) records.add(version);
    return records;
  }

  inOrder(): readonly DocumentVersion[] {
    return [...this.versions.values()].sort((a, b) => a.sequence - b.sequence);
  }

  /** The weight that each document has in the market, copies and turns considered. */
  weights(): Record<string, number> {
    const weights: Record<string, number> = {};
    for (const { scored, contributions, turns } of this.inOrder()) {
      weights[scored.document.nativeId] = contributions[0]?.weight ?? 0;
      for (const { documentId, opensStory } of turns) {
        const turned = [...this.versions.values()].find((one) => one.scored.document.id === documentId);
        weights[turned?.scored.document.nativeId ?? ''] = opensStory ? 1 : 0;
      }
    }
    return weights;
  }

  findStoryEntries = (before: number, limit: number) =>
    Promise.resolve(
      [...this.versions.values()]
        .filter((item) => item.sequence < before)
        .sort((a, b) => a.sequence - b.sequence)
        .flatMap(({ scored, storySketch }) =>
          storySketch === null
            ? []
            : [
                {
                  storyId: scored.storyId,
                  publishedAt: Date.parse(scored.document.publishedAt),
                  sketch: storySketch,
                },
              ],
        )
        .slice(-limit),
    );

  async process(messages: readonly ScoredMessage[]) {
    const sequenced = messages.map((message) => ({ sequence: message.raw.offset, message }));
    const { stories } = this;
    const resolved = await resolveVersions(sequenced, { store: this, weigh, stories, virtualClock: true });
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

/** Of each story the documents that have a weight. */
function openersByStory(kept: Kept): Record<string, string[]> {
  const weights = kept.weights();
  const stories: Record<string, string[]> = {};
  for (const { scored } of newestVersions(kept)) {
    const { nativeId } = scored.document;
    if ((weights[nativeId] ?? 0) > 0)
      stories[scored.storyId] = [...(stories[scored.storyId] ?? []), nativeId];
  }
  return stories;
}

/** Of each story the document that still tells it and told it first. */
function firstByStory(kept: Kept): Record<string, string[]> {
  const first: Record<string, string[]> = {};
  for (const { scored } of kept.inOrder()) {
    const { storyId, document } = scored;
    const tells = newestVersions(kept).some(
      (newest) => newest.scored.storyId === storyId && newest.scored.document.id === document.id,
    );
    if (document.action !== 'retract' && tells) first[storyId] ??= [document.nativeId];
  }
  return first;
}

function newestVersions(kept: Kept): readonly DocumentVersion[] {
  const newest = new Map(kept.inOrder().map((version) => [version.scored.document.id, version]));
  return [...newest.values()].filter(({ scored }) => scored.document.action !== 'retract');
}

/** The first four tell one story; the last two another one each. */
const NEAR = [
  'Northwind Freight shares fall 7% after a profit warning',
  'UPDATE 1-Northwind Freight shares fall 7 percent after profit warning',
  'Northwind Freight shares fall 7% after profit warning. The haulier cut its outlook.',
  'Northwind Freight shares fall 7% after …',
  'Northwind Freight shares fall 17% after a profit warning',
  'Northwind Freight shares rise 7% after a profit warning',
] as const;

describe('resolveVersions', () => {
  it('weighs 400 reprints in other dress and one second story as two voices, before and after a restart', async () => {
    const kept = new Kept();
    const dressed = (n: number) =>
      scoredDocument(rawDocument({ nativeId: `n${n}`, text: n === 250 ? NEAR[4] : (NEAR[n % 4] ?? '') }));
    const messages = Array.from({ length: 401 }, (_, n) => scoredMessage(n, dressed(n)));
    await kept.process(messages.slice(0, 150));
    kept.restart();
    await kept.process(messages.slice(150));
    const versions = [...kept.versions.values()];
    expect(versions.filter(({ opensStory }) => opensStory)).toHaveLength(2);
    expect(versions.reduce((sum, { contributions }) => sum + (contributions[0]?.weight ?? 0), 0)).toBe(2);
    expect(new Set(versions.map(({ scored }) => scored.storyId)).size).toBe(2);
  });

  it('never weighs 1,000 copies of three accounts as more than one voice', async () => {
    const kept = new Kept();
    const post = (n: number) =>
      scoredDocument(
        rawDocument({
          nativeId: `post ${n}`,
          author: `account ${n % 3}`,
          text: `${'🔥'.repeat(n % 5)} ${NEAR[0]}!! https://t.co/${n} via @user${n}`,
        }),
      );
    await kept.process(Array.from({ length: 1_000 }, (_, n) => scoredMessage(n, post(n))));
    const weights = [...kept.versions.values()].map(({ contributions }) => contributions[0]?.weight ?? 0);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(1);
  });

  const told = (offset: number, nativeId: string, changes: Partial<RawDocument> = {}) =>
    scoredMessage(offset, scoredDocument(rawDocument({ nativeId, text: NEAR[0], ...changes })));

  it.each([1, 9])(
    'lets the earliest copy open the story when its opener is taken back (%i at once)',
    async (cut) => {
      const kept = new Kept();
      const messages = [
        told(0, 'opener'),
        told(1, 'first copy', { text: NEAR[1] }),
        told(2, 'second copy', { text: NEAR[2] }),
        told(3, 'opener', { action: 'retract', text: '' }),
        told(4, 'late copy'),
      ];
      for (let at = 0; at < messages.length; at += cut) await kept.process(messages.slice(at, at + cut));
      expect(kept.weights()).toEqual({ opener: 0, 'first copy': 1, 'second copy': 0, 'late copy': 0 });
      const [turn] = kept.inOrder()[3]?.turns ?? [];
      expect(turn).toMatchObject({ version: 1, opensStory: true, series: ['market', 'NWF.XDEM'] });
      // What was decided before stays as it was.
      expect(kept.inOrder()[1]).toMatchObject({
        opensStory: false,
        contributions: [{ weight: 0 }, { weight: 0 }],
      });
    },
  );

  it('lets a corrected opener go on opening its story, and the next one open it when it tells another', async () => {
    const kept = new Kept();
    await kept.process([told(0, 'opener'), told(1, 'copy')]);
    await kept.process([told(2, 'opener', { action: 'replace', text: NEAR[2] })]);
    expect(kept.weights()).toEqual({ opener: 1, copy: 0 });
    await kept.process([told(3, 'opener', { action: 'replace', text: NEAR[4] })]);
    expect(kept.weights()).toEqual({ opener: 1, copy: 1 });
    await kept.process([told(4, 'opener', { action: 'replace', text: NEAR[0] })]);
    expect(kept.weights()).toEqual({ opener: 1, copy: 0 });
  });

  it('does not let spam open a story, nor make copies of those who report it', async () => {
    const kept = new Kept();
    const offer = told(0, 'offer');
    await kept.process([{ ...offer, scored: { ...offer.scored, flags: ['spam'] } }, told(1, 'report')]);
    expect(kept.weights()).toEqual({ offer: 0, report: 1 });
    expect(kept.inOrder().map(({ opensStory }) => opensStory)).toEqual([false, true]);
  });

  it('gives 1,000 variations of three accounts six voices, and 50 accounts their 50', async () => {
    const kept = new Kept();
    const source = { id: 'posts', kind: 'social', name: 'Posts', licence: null, credibility: 0.3 } as const;
    const post = (n: number, author: string) =>
      told(n, `${author} ${n}`, {
        author,
        source,
        text: `Northwind lost ${n + 100} lorries and ${2 * n} drivers.`,
      });
    await kept.process(Array.from({ length: 500 }, (_, n) => post(n, `account ${n % 3}`)));
    kept.restart();
    await kept.process(Array.from({ length: 500 }, (_, n) => post(500 + n, `account ${n % 3}`)));
    const sum = () => Object.values(kept.weights()).reduce((a, b) => a + b, 0);
    expect(sum()).toBe(6);
    await kept.process(Array.from({ length: 50 }, (_, n) => post(1_000 + n, `person ${n}`)));
    expect(sum()).toBe(56);
    // The next day is another one, and a house is no account.
    const next = {
      publishedAt: '2026-03-03T09:00:00.000Z',
      author: 'account 0',
      text: 'Northwind is silent.',
    };
    await kept.process([
      told(1_050, 'next day', { ...next, source }),
      told(1_051, 'desk', { author: 'account 0', text: 'Trains stand still.' }),
    ]);
    expect(sum()).toBe(58);
  });

  it('leaves a retraction in the story of what it takes back', async () => {
    const kept = new Kept();
    const document = { nativeId: 'b', text: NEAR[1] };
    await kept.process([
      scoredMessage(0, scoredDocument(rawDocument({ nativeId: 'a', text: NEAR[0] }))),
      scoredMessage(1, scoredDocument(rawDocument(document))),
    ]);
    const { batch } = await kept.process([
      scoredMessage(2, scoredDocument(rawDocument({ ...document, action: 'retract', text: '' }))),
    ]);
    expect(batch.versions[0]?.scored.storyId).toBe([...kept.versions.values()][0]?.scored.storyId);
  });

  it('keeps the stories of what an earlier release stored', async () => {
    const kept = new Kept();
    const messages = NEAR.slice(0, 2).map((text, n) =>
      scoredMessage(n, scoredDocument(rawDocument({ nativeId: `n${n}`, text }))),
    );
    for (const { scored, raw } of messages) {
      const empty = {
        version: 1,
        knownAt: 0,
        opensStory: true,
        silent: false,
        authorDay: null,
        leftStory: null,
        fingerprint: scored.storyId,
        storySketch: null,
        contributions: [],
        withdrawn: [],
        turns: [],
      };
      kept.versions.set(`${scored.document.id} 1`, { ...empty, raw, sequence: raw.offset, scored });
    }
    const { batch } = await kept.process(messages);
    expect(batch.versions.map(({ scored, storySketch }) => [scored.storyId, storySketch])).toEqual(
      messages.map(({ scored }) => [scored.storyId, null]),
    );
  });

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
          await resolveVersions(log.slice(at, at + cut), {
            store: kept,
            weigh,
            stories: kept.stories,
            virtualClock: false,
          }),
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
      text: fc.constantFrom('text 0', 'text 1', ...NEAR),
      action: fc.constantFrom<DocumentAction>('add', 'add', 'replace', 'retract'),
    });
    const toMessages = (items: { document: number; text: string; action: DocumentAction }[]) =>
      items.map((item, offset) => {
        const { text, action } = item;
        const document = rawDocument({ nativeId: String(item.document), text, action });
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
            if (cut.back > 2) crashing.restart();
            await crashing.process(messages.slice(from, at + cut.size));
            at += cut.size;
          }
          expect(new Map([...crashing.versions].sort())).toEqual(new Map([...oneByOne.versions].sort()));
          expect([...crashing.receipts.values()]).toEqual([...oneByOne.receipts.values()]);
          expect(openersByStory(oneByOne)).toEqual(firstByStory(oneByOne));
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
