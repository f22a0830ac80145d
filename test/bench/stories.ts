import { parseArgs } from 'node:util';

import { sketchStory } from '../../pipeline/operators/stories/sketch-story.js';
import { createStoryIndex, STORY_WINDOW_MS } from '../../pipeline/operators/stories/story-index.js';
import { createTexts, type NamedCompany } from './texts.js';

/*
 * How many documents a second one core gives their story, and what memory that takes:
 *
 *   node [--expose-gc] dist/test/bench/stories.js [--documents 5000000]
 *
 * Half of the documents open a story, half are copies of the one before with a prefix or a cut end. Sketch and decision are
 * measured; the fingerprint is not, because UNDERSTAND makes it. CPU time is what counts: other work may run on the machine.
 * With `--expose-gc` garbage is collected before memory is read, so that the heap is what lives.
 */

const COMPANIES: readonly NamedCompany[] = Array.from({ length: 400 }, (_, index) => ({
  en: `Company${String.fromCharCode(65 + (index % 26))}${index} Holdings`,
  zh: `第${index}控股`,
}));
const POOL = 20_000;
const BATCH = 1_000;
const LINES = 10;

interface Sample {
  readonly title: string;
  readonly body: string;
  readonly fingerprint: string;
  readonly time: number;
}

const { values } = parseArgs({ options: { documents: { type: 'string', default: '5000000' } } });
const total = Number(values.documents);
const make = createTexts({ seed: 7, companies: COMPANIES, characters: 300 });
const pool = Array.from({ length: POOL }, (_, index) => make(index, 0));
const index = createStoryIndex();
let spentMs = 0;
let passedMs = 0;
let entries = 0;
let copies = 0;
for (let done = 0; done < total; done += BATCH) {
  const batch = Array.from({ length: BATCH }, (_, offset) => sampleAt(done + offset));
  const beganAt = performance.now();
  const began = process.cpuUsage();
  for (const { title, body, fingerprint, time } of batch) {
    const answer = index.assign({ fingerprint, time, sketch: sketchStory(title, body) });
    if (answer.entered) entries += 1;
    if (answer.storyId !== fingerprint) copies += 1;
  }
  const { user, system } = process.cpuUsage(began);
  spentMs += (user + system) / 1_000;
  passedMs += performance.now() - beganAt;
  if ((done + BATCH) % (total / LINES) === 0) tell(done + BATCH);
}

/** Even numbers open a story, odd ones repeat it in another dress. A later round differs in one figure, and is news again. */
function sampleAt(number: number): Sample {
  const story = number >> 1;
  const { title, text } = pool[story % POOL] ?? { title: '', text: '' };
  const body = `Case ${Math.floor(story / POOL)}. ${text}`;
  const fingerprint = number.toString(16).padStart(32, '0');
  const time = Math.floor((number / 900_000) * STORY_WINDOW_MS);
  if (number % 2 === 0) return { title, body, fingerprint, time };
  const cut = number % 4 === 3;
  return { title: `UPDATE 1-${title}`, body: cut ? `${body.slice(0, -40)}…` : body, fingerprint, time };
}

function tell(done: number): void {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const number = (value: number) => Math.round(value).toLocaleString('en');
  process.stdout.write(
    `${number(done)} documents: ${number((done / spentMs) * 1_000)} a second of CPU, ${number((done / passedMs) * 1_000)} by the clock; ` +
      `${number(copies)} found to be copies, ${number(entries)} entered; ` +
      `${number(rss / 1e6)} MB resident, ${number(heapUsed / 1e6)} MB of it heap, ${number(arrayBuffers / 1e6)} MB arrays\n`,
  );
}
