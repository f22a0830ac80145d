import type { SourceKind } from '../core/document.js';
import type { Instrument } from '../core/instrument.js';
import {
  LINK_REASONS,
  type LinkedMention,
  type LinkReason,
  type MentionOrigin,
  type Span,
} from '../core/scored.js';
import { findFilers, findNamesakes, type FilerHit } from './find-filers.js';
import { createNameFinder, type NameEntry, type NameHit } from './find-names.js';
import { findTaggedCodes, findTickers, type TickerHit } from './find-tickers.js';
import { normaliseWithOffsets, type NormalisedText } from './normalise-text.js';
import { createResolver, indexCiks, type Resolution, type ResolveInstrument } from './resolve-instrument.js';
import { findCompanyContext, judgeWriting, legalSuffixLength } from './weigh-evidence.js';

export interface LinkInput {
  /** `documentText(document)`: spans point into it. */
  readonly text: string;
  readonly language: string;
  /** As the provider gave them. */
  readonly tickers: readonly string[];
  /** Numbers at the SEC of the parties to a filing. */
  readonly filers?: readonly string[];
  /** ISO 8601; names and tickers mean what they meant then. */
  readonly publishedAt: string;
  readonly kind: SourceKind;
  /** What `normaliseWithOffsets` makes of `text`, for a caller who has it already. */
  readonly normalised?: NormalisedText;
}

export interface Linker {
  link(input: LinkInput): readonly LinkedMention[];
  /** `at` in milliseconds. */
  readonly resolve: ResolveInstrument;
  readonly byId: ReadonlyMap<string, Instrument>;
}

/** What is found about one instrument while a text is read; spans are in normalised units. */
interface Found {
  readonly id: string;
  readonly name: string;
  readonly via: Set<MentionOrigin>;
  readonly reasons: Set<LinkReason>;
  readonly spans: [number, number][];
}

/** A name hit that means an instrument, and why. */
interface NameLink {
  readonly hit: NameHit;
  readonly entry: NameEntry;
  readonly reason: LinkReason;
}

/** Evidence is weighed at most so often in a text; what comes after needs none or is left out. */
const MAX_WEIGHED = 300;
const MAX_SPANS = 50;

/**
 * Finds the listed companies that a text speaks of.
 *
 * A `$TICKER` and a provider's ticker always give a mention, `?TICKER` when nobody of that ticker is known at that
 * time; a party to a filing whose number at the SEC is known links where the number stands. Names link at word boundaries when they can mean nothing else or the words around say so; otherwise the
 * linker abstains. A post that carries tags is about what it tags: names of other companies do not link there. Mentions come
 * most relevant first, each with its reasons. Linear in the text. Not re-entrant across threads.
 */
export function createLinker(instruments: readonly Instrument[]): Linker {
  const byId = new Map(instruments.map((instrument) => [instrument.id, instrument]));
  const resolve = createResolver(instruments);
  const byCik = indexCiks(instruments);
  const findNames = createNameFinder(instruments);

  const link = (input: LinkInput): readonly LinkedMention[] => {
    const at = Date.parse(input.publishedAt);
    const normalised = input.normalised ?? normaliseWithOffsets(input.text);
    const filers = input.filers ?? [];
    const found = new Map<string, Found>();
    for (const ticker of input.tickers) noteProvider(found, resolve(ticker, at));
    for (const hit of findFilers(normalised.text, filers, byCik)) noteFiler(found, hit);
    const tickerHits = findTickers(normalised.text, at, resolve);
    for (const hit of tickerHits) if (hit.kind === 'cashtag') noteTicker(found, hit);
    const tagged = new Set(found.keys());
    const tagsDecide = input.kind === 'social' && tagged.size > 0;
    const mayLink = (id: string): boolean => !tagsDecide || tagged.has(id);
    for (const hit of tickerHits) {
      if (hit.kind === 'coded' && hit.resolution.kind === 'known' && mayLink(hit.resolution.instrument.id)) {
        noteTicker(found, hit);
      }
    }
    const codes = new Set(tickerHits.map(({ start }) => start));
    for (const hit of findTaggedCodes(normalised.text, at, tagged, resolve)) {
      if (!codes.has(hit.start)) noteTicker(found, hit);
    }
    const hits = findNames(normalised.text, at);
    const namesakes = findNamesakes(normalised.text, filers, hits);
    for (const link of chooseNames(normalised.text, hits, new Set(found.keys()))) {
      const { id } = link.entry.instrument;
      if (mayLink(id) && !namesakes.has(id)) noteName(found, normalised.text, link);
    }
    return rank([...found.values()], normalised, input.text);
  };
  return { link, resolve, byId };
}

function noteProvider(found: Map<string, Found>, resolution: Resolution): void {
  const entry = entryFor(found, resolution);
  entry.via.add('provider');
  entry.reasons.add('provider_tag');
}

function noteFiler(found: Map<string, Found>, { instrument, spans }: FilerHit): void {
  const entry = entryFor(found, { kind: 'known', instrument });
  entry.via.add('provider');
  entry.reasons.add('filer');
  entry.spans.push(
    ...spans.slice(0, MAX_SPANS - entry.spans.length).map(([start, end]): [number, number] => [start, end]),
  );
}

function noteTicker(found: Map<string, Found>, hit: TickerHit): void {
  const entry = entryFor(found, hit.resolution);
  entry.via.add('cashtag');
  entry.reasons.add(hit.kind === 'cashtag' ? 'cashtag' : 'exchange_code');
  if (entry.spans.length < MAX_SPANS) entry.spans.push([hit.start, hit.end]);
}

function noteName(found: Map<string, Found>, text: string, { hit, entry: name, reason }: NameLink): void {
  const entry = entryFor(found, { kind: 'known', instrument: name.instrument });
  entry.via.add('name');
  entry.reasons.add(reason);
  if (entry.spans.length < MAX_SPANS) entry.spans.push([hit.start, hit.end + legalSuffixLength(text, hit)]);
}

/** A ticker that several companies carry and no exchange decides stands for none of them. */
function entryFor(found: Map<string, Found>, resolution: Resolution): Found {
  const known = resolution.kind === 'known' ? resolution.instrument : null;
  const id = known?.id ?? (resolution.kind === 'unknown' ? resolution.id : ambiguousId(resolution));
  const existing = found.get(id);
  if (existing !== undefined) return existing;
  const entry: Found = {
    id,
    name: known?.name ?? id.slice(1),
    via: new Set(),
    reasons: new Set(),
    spans: [],
  };
  found.set(id, entry);
  return entry;
}

function ambiguousId(resolution: Resolution): string {
  const first = resolution.kind === 'ambiguous' ? resolution.candidates[0] : undefined;
  return `?${first?.listings[0]?.ticker ?? ''}`;
}

/** Decides which name hits mean an instrument: first those that need no support, then the others in their light. */
function chooseNames(
  text: string,
  hits: readonly NameHit[],
  tagged: ReadonlySet<string>,
): readonly NameLink[] {
  const chosen = new Map<NameHit, NameLink>();
  const open: [NameHit, NameEntry][] = [];
  const supported = new Set(tagged);
  for (const hit of hits) {
    const entry = onlyEntry(hit, tagged);
    if (entry === null) continue;
    const verdict = judgeWriting(text, hit, entry);
    if (verdict === 'no') continue;
    const suffix = legalSuffixLength(text, hit) > 0;
    if (verdict === 'context' && !suffix) open.push([hit, entry]);
    else {
      chosen.set(hit, { hit, entry, reason: suffix ? 'legal_suffix' : 'distinct_name' });
      supported.add(entry.instrument.id);
    }
  }
  let weighed = 0;
  for (const [hit, entry] of open) {
    const known = supported.has(entry.instrument.id);
    if (!known && weighed++ >= MAX_WEIGHED) continue;
    const reason = known
      ? 'supported'
      : findCompanyContext(text, hit, standsBeside(text, hit, chosen.keys()));
    if (reason === null) continue;
    chosen.set(hit, { hit, entry, reason });
    supported.add(entry.instrument.id);
  }
  return [...chosen.values()].sort((a, b) => a.hit.start - b.hit.start);
}

/** One name of two valid instruments means the tagged one, or neither. */
function onlyEntry(hit: NameHit, tagged: ReadonlySet<string>): NameEntry | null {
  const [first] = hit.entries;
  if (first === undefined) return null;
  if (hit.entries.every((entry) => entry.instrument === first.instrument)) return first;
  const favoured = hit.entries.filter((entry) => tagged.has(entry.instrument.id));
  return favoured.length === 1 ? (favoured[0] ?? null) : null;
}

/** "Ford, GM", "Apple and Microsoft", 苹果、微软: named in one breath with a company. */
function standsBeside(text: string, hit: NameHit, companies: Iterable<NameHit>): boolean {
  let looked = 0;
  for (const other of companies) {
    if (looked++ > 100) return false;
    const [from, to] = other.end <= hit.start ? [other.end, hit.start] : [hit.end, other.start];
    if (to <= from || to - from > 6) continue;
    if (/^(?:'s)?(?:, ?(?:and )?| and | & |\/|、|和|与|及| vs\.? | or )$/.test(text.slice(from, to)))
      return true;
  }
  return false;
}

function rank(found: readonly Found[], normalised: NormalisedText, original: string): LinkedMention[] {
  const headlineEnd = endOfHeadline(original);
  const total = found.reduce((sum, entry) => sum + entry.spans.length, 0);
  const named = found.filter((entry) => entry.spans.length > 0).length;
  return found
    .map((entry) => {
      const spans = mergeSpans(entry.spans).map((span) => toOriginal(span, normalised));
      return {
        instrument: entry.id,
        name: entry.name,
        relevance: relevanceOf({ spans, total, named, headlineEnd }),
        via: (['name', 'cashtag', 'provider'] as const).filter((origin) => entry.via.has(origin)),
        reasons: LINK_REASONS.filter((reason) => entry.reasons.has(reason)),
        spans,
      };
    })
    .sort(
      (a, b) => b.relevance - a.relevance || (a.spans[0]?.[0] ?? Infinity) - (b.spans[0]?.[0] ?? Infinity),
    );
}

/**
 * 0 when the text does not name it; else half from standing in the headline, half from its share of all names,
 * and less the more companies are named. In steps of 0.001.
 */
function relevanceOf(input: {
  readonly spans: readonly Span[];
  readonly total: number;
  readonly named: number;
  readonly headlineEnd: number;
}): number {
  const [first] = input.spans;
  if (first === undefined || input.total === 0) return 0;
  const headline = first[0] < input.headlineEnd ? 0.4 : 0;
  const share = input.spans.length / input.total;
  const crowd = Math.min(1, Math.sqrt(3 / input.named));
  return Math.round(1_000 * Math.min(1, (0.2 + headline + 0.4 * share) * crowd)) / 1_000;
}

/** The title, or the first sentence of a text without one. */
function endOfHeadline(text: string): number {
  const line = text.search(/\n/);
  if (line > 0) return line;
  const sentence = /^[\s\S]{30,400}?(?:[.!?](?=\s)|[。！？])/.exec(text);
  return sentence?.[0].length ?? text.length;
}

function mergeSpans(spans: readonly [number, number][]): [number, number][] {
  const merged: [number, number][] = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = merged[merged.length - 1];
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

function toOriginal([start, end]: readonly [number, number], { starts, ends }: NormalisedText): Span {
  return [starts?.[start] ?? start, ends?.[end - 1] ?? end];
}
