import type { FeedItem } from '../../parse/feed.js';
import { topicOfFiling } from './topic-of-filing.js';

/** A filing of EDGAR, joined from the entries of all who take part in it. */
export interface Filing {
  /** `0001234567-26-000012`; the id of the document. */
  readonly accession: string;
  /** Such as `8-K` or `10-K/A`. */
  readonly form: string;
  readonly ciks: readonly string[];
  /** The filing as an item of a feed. */
  readonly item: FeedItem;
}

const ACCESSION = /accession-number=(\d{10}-\d{2}-\d{6})$/;
const PARTY = /\((\d{10})\) \(([^()]{1,40})\)$/;
/** Companies before the people who report about them. */
const ROLES = ['filer', 'issuer', 'subject', 'filed by', 'reporting'];
const MAX_PARTIES = 20;

interface Party {
  readonly name: string;
  readonly cik: string;
  readonly role: string;
  readonly url: string | null;
}

/** The accession number of an entry of EDGAR's listing; null when it has none. */
export function accessionOf({ nativeId }: FeedItem): string | null {
  return ACCESSION.exec(nativeId ?? '')?.[1] ?? null;
}

/** Joins the entries of each filing, in whatever order they stand; entries without an accession number are left out. */
export function readFilings(entries: readonly FeedItem[]): readonly Filing[] {
  const byAccession = new Map<string, FeedItem[]>();
  for (const entry of entries) {
    const accession = accessionOf(entry);
    if (accession === null) continue;
    const known = byAccession.get(accession);
    if (known === undefined) byAccession.set(accession, [entry]);
    else known.push(entry);
  }
  return [...byAccession].flatMap(([accession, parts]) => {
    const [first] = parts;
    return first === undefined ? [] : [joined(accession, first, parts)];
  });
}

/** What a document of a filing holds in `extra`; `topicHint` only where the form or its items say something. */
export function extraOfFiling({ form, ciks, item }: Filing): Readonly<Record<string, unknown>> {
  const topic = topicOfFiling(form, item.text);
  return { form, ciks, ...(topic === null ? {} : { topicHint: topic }) };
}

function joined(accession: string, first: FeedItem, parts: readonly FeedItem[]): Filing {
  const parties = partiesOf(parts);
  const form = first.categories[0] ?? beforeDash(first.title ?? '');
  const people = parties.every(({ role }) => role.toLowerCase() === 'reporting');
  const named = parties.filter(({ role }) => people || role.toLowerCase() !== 'reporting');
  const names = [...new Set(named.map(({ name }) => name))];
  const items = first.text.split('\n').flatMap((line) => /^\s*(Item \d.*)$/.exec(line)?.[1] ?? []);
  const times = parts.flatMap(({ publishedAt }) => publishedAt ?? []).sort();
  return {
    accession,
    form,
    ciks: [...new Set(parties.map(({ cik }) => cik))],
    item: {
      ...first,
      nativeId: accession,
      url: parties[0]?.url ?? first.url,
      title: names.length === 0 ? first.title : `${form}: ${names.join('; ')}`,
      text: [...items, ...parties.map(({ role, name, cik }) => `${role}: ${name} (CIK ${cik})`)].join('\n'),
      publishedAt: times[0] ?? first.publishedAt,
      modifiedAt: null,
      author: null,
    },
  };
}

/** Each once, in an order that does not depend on the one of the listing. */
function partiesOf(parts: readonly FeedItem[]): readonly Party[] {
  const parties = new Map<string, Party>();
  for (const { title, url } of parts) {
    const match = PARTY.exec(title ?? '');
    const [, cik, role] = match ?? [];
    if (match === null || cik === undefined || role === undefined) continue;
    const name = afterDash((title ?? '').slice(0, match.index)).trim();
    parties.set(`${cik} ${role}`, { name, cik, role, url });
  }
  return [...parties.values()]
    .sort((a, b) => rankOf(a.role) - rankOf(b.role) || Number(a.cik) - Number(b.cik))
    .slice(0, MAX_PARTIES);
}

function rankOf(role: string): number {
  const rank = ROLES.indexOf(role.toLowerCase());
  return rank === -1 ? ROLES.length : rank;
}

function beforeDash(title: string): string {
  const dash = title.indexOf(' - ');
  return dash === -1 ? '' : title.slice(0, dash);
}

function afterDash(title: string): string {
  const dash = title.indexOf(' - ');
  return dash === -1 ? title : title.slice(dash + 3);
}
