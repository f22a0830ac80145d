import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createOutbox } from '../../alerts/notifiers/outbox.js';
import { dataPaths } from '../../pipeline/app/data-folder.js';
import { percentiles, type Figure } from './figures.js';
import type { Load } from './generator.js';
import { bookFigures, commonFigures, measure } from './measure.js';
import type { BenchOptions } from './scenarios.js';
import type { BenchService } from './service-process.js';
import { crisisDocuments, type NamedCompany } from './texts.js';

/** Few: when many names are in trouble at once, the market has an alert, and a name must stand out from the others. */
const CRISES = 5;
const EVERY_MS = 15_000;
const STORIES = 40;
const LOOK_EVERY_MS = 20;
const GIVE_UP_MS = 60_000;

/** Beside a steady load a company falls into trouble every fifteen seconds; from the sending of its documents to the mail. */
export async function measureMails(
  service: BenchService,
  options: BenchOptions,
  load: Load,
): Promise<readonly Figure[]> {
  // Names that the load speaks of least.
  const companies = options.companies.slice(-CRISES);
  const outbox = join(dataPaths(join(options.folder, 'data')).outbox);
  const running = measure(service, { ...load, companies: options.companies.slice(0, -CRISES) });
  await sleep(5_000);
  const waits: (number | null)[] = [];
  const watched: Promise<void>[] = [];
  const start = performance.now();
  for (const [index, company] of companies.entries()) {
    const intended = start + index * EVERY_MS;
    await sleep(Math.max(0, intended - performance.now()));
    watched.push(
      mailAfter(service, { company, outbox, seed: options.seed, intended }).then((ms) => {
        waits.push(ms);
      }),
    );
  }
  await Promise.all(watched);
  const run = await running;
  const arrived = percentiles(waits.flatMap((ms) => (ms === null ? [] : [ms])));
  return [
    { name: 'mails expected', value: waits.length, unit: '' },
    { name: 'mails missing', value: waits.filter((ms) => ms === null).length, unit: '', limit: 0 },
    { name: 'sent to mail in the outbox, p50', value: arrived?.p50 ?? null, unit: 'ms' },
    { name: 'sent to mail in the outbox, p99', value: arrived?.p99 ?? null, unit: 'ms', limit: 4_000 },
    ...commonFigures(run),
    ...bookFigures(run, CRISES * STORIES),
  ];
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
      if (mail?.subject.includes(company.en) === true) return seen;
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
