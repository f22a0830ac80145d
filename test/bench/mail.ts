import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createOutbox } from '../../alerts/notifiers/outbox.js';
import { dataPaths } from '../../pipeline/app/data-folder.js';
import { percentiles, type Figure } from './figures.js';
import type { Load } from './generator.js';
import { bookFigures, commonFigures, measure, type Measured } from './measure.js';
import type { BenchOptions } from './scenarios.js';
import type { BenchService } from './service-process.js';
import { loadUnderstanding } from './tick.js';
import { crisisDocuments, type NamedCompany } from './texts.js';

const STORIES = 40;
/** The load is under way, and with it the market's numbers, when the crisis comes. */
const CRISIS_AFTER_MS = 5_000;
const LOOK_EVERY_MS = 20;
const GIVE_UP_MS = 60_000;

export interface MeasuredMail {
  /** From the sending of the crisis to its mail, or null when none came. */
  readonly ms: number | null;
  readonly run: Measured;
}

/**
 * Beside a steady load a company falls into trouble; how long until its mail is there.
 *
 * One crisis a service: the load is thousands of times what the seeded history has, so that after a while the whole market
 * is in alarm and a name must stand out from that, as the rules have it.
 */
export async function measureMail(
  service: BenchService,
  options: BenchOptions,
  { load, company }: { readonly load: Load; readonly company: NamedCompany },
): Promise<MeasuredMail> {
  const outbox = join(dataPaths(join(options.folder, 'data')).outbox);
  // The load does not speak of it.
  const companies = options.companies.filter((other) => other !== company);
  const running = measure(service, { ...load, companies });
  await sleep(CRISIS_AFTER_MS);
  const intended = performance.now();
  const ms = await mailAfter(service, { company, outbox, seed: options.seed, intended });
  return { ms, run: await running };
}

/** Of several rounds; the figures of the load are those of the last. */
export function mailFigures(rounds: readonly MeasuredMail[]): readonly Figure[] {
  const arrived = percentiles(rounds.flatMap(({ ms }) => (ms === null ? [] : [ms])));
  const last = rounds.at(-1);
  return [
    { name: 'mails expected', value: rounds.length, unit: '' },
    { name: 'mails missing', value: rounds.filter(({ ms }) => ms === null).length, unit: '', limit: 0 },
    { name: 'sent to mail in the outbox, p50', value: arrived?.p50 ?? null, unit: 'ms' },
    { name: 'sent to mail in the outbox, p99', value: arrived?.p99 ?? null, unit: 'ms', limit: 4_000 },
    ...(last === undefined ? [] : [...commonFigures(last.run), ...bookFigures(last.run, STORIES)]),
  ];
}

/** Names that are recognised without further words, the last ones of the list. */
export async function troubledCompanies(
  companies: readonly NamedCompany[],
  count: number,
): Promise<readonly NamedCompany[]> {
  const { link } = await loadUnderstanding();
  const isKnown = ({ en }: NamedCompany) =>
    link({
      text: `${en} shares plunge on fraud`,
      kind: 'news',
      language: 'en',
      tickers: [],
      publishedAt: new Date().toISOString(),
    }).length > 0;
  return companies.filter(isKnown).slice(-count);
}

async function mailAfter(
  service: BenchService,
  input: { company: NamedCompany; outbox: string; seed: number; intended: number },
): Promise<number | null> {
  const { company, outbox, seed, intended } = input;
  const documents = crisisDocuments(company, { seed, count: STORIES, publishedAt: Date.now() });
  const known = new Set(await mailIds(outbox));
  const answer = await fetch(`${service.page}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(documents),
  });
  if (!answer.ok) throw new Error(`The crisis was not taken: ${await answer.text()}`);
  const mails = createOutbox(outbox);
  while (performance.now() - intended < GIVE_UP_MS) {
    for (const id of await mailIds(outbox)) {
      if (known.has(id)) continue;
      known.add(id);
      const seen = performance.now() - intended;
      const mail = await mails.read(id);
      // The subject cuts long names, and the market's own mail speaks of the company, too.
      if (mail?.text.includes(`Bad news on ${company.en} surged`) === true) return seen;
    }
    await sleep(LOOK_EVERY_MS);
  }
  return null;
}

async function mailIds(outbox: string): Promise<readonly string[]> {
  // The folder comes with the first mail.
  const names = await readdir(outbox).catch(() => []);
  return names.flatMap((name) => (/^[0-9a-f].*\.eml$/.test(name) ? [name.slice(0, -4)] : []));
}
