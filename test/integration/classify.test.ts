import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../../pipeline/cli.js';
import { captureIo } from '../support/command-io.js';
import { temporaryFolder } from '../support/service.js';

const RULES = `rules:
  - id: cleared
    version: 1
    author: ana@desk.example
    reason: A finding of no breach is no bad news
    when: { anyOf: [not in breach] }
    then: { set: { negative: 0, neutral: 1, positive: 0 } }
    tests: [{ text: found not in breach, fires: true }]
  - id: notices
    version: 3
    author: ana@desk.example
    reason: Notices say nothing
    when: { anyOf: [net asset value] }
    then: { abstain: true }
    tests: [{ text: the net asset value, fires: true }]
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder.path, 'rules.yaml'), RULES);
  await writeFile(
    join(folder.path, 'bellwether.yaml'),
    `models: { sentiment: ngram, rules: { files: [${join(folder.path, 'rules.yaml')}] } }\n`,
  );
});
afterAll(() => folder.remove());

/** The command in this process, as a terminal or a pipe sees it. */
async function classify(args: readonly string[], options: { input?: string; tty?: boolean } = {}) {
  const { io, said } = captureIo(folder.path, options);
  const code = await run(['classify', '--config', join(folder.path, 'bellwether.yaml'), ...args], io);
  const { out, words } = said();
  const rows = () =>
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  return { code, out, words, rows };
}

describe('classify', () => {
  it('says in JSON what the store would hold: certainty, and that a text abstains', async () => {
    const input =
      'Apple said to plan thousands of layoffs, sources say\nDer Gewinn der Bank ist im letzten Quartal stark gefallen\n';
    const [rumour, german] = (await classify([], { input })).rows();
    expect(rumour).toMatchObject({ certainty: 'rumour', classified: true });
    expect(german).toMatchObject({
      certainty: 'fact',
      classified: false,
      flags: expect.arrayContaining(['language_unsupported']) as string[],
    });
  });

  it('names the rules beside an explanation of what they overruled, and only there', async () => {
    const input =
      'Apple was found not in breach after the fraud probe\nApple shares plunge after a fraud probe\nThe net asset value plunged\n';
    const [ruled, plain, silenced] = (await classify(['--explain'], { input })).rows();
    expect(ruled).toMatchObject({ explanation: { overruledBy: ['cleared'] } });
    expect(plain).not.toHaveProperty('explanation.overruledBy');
    expect(silenced).toMatchObject({ classified: false, explanation: { overruledBy: ['notices'] } });
    const { out } = await classify(['--explain'], { input, tty: true });
    expect(out).toContain('rule cleared 1 decided (A finding of no breach is no bad news)');
    expect(out).toContain('which cleared overruled');
    expect(out).toMatch(/^abstained .*a rule says so/m);
  });

  it('names a file that is not there and what to do, in words', async () => {
    const missing = await classify(['nosuch.txt']);
    expect(missing.code).toBe(2);
    expect(missing.words).toMatch(/nosuch\.txt cannot be read: there is no .*nosuch\.txt\. Name a file/);
    expect(missing.words).not.toContain('ENOENT');
    await mkdir(join(folder.path, 'texts'), { recursive: true });
    expect(await classify(['texts'])).toMatchObject({
      code: 2,
      words: expect.stringContaining('a folder') as string,
    });
  });

  it('refuses lines of JSON as texts, unless it was asked to read them so', async () => {
    await writeFile(join(folder.path, 'file.jsonl'), '{"text":"Profit rises"}\n\n{"title":"Loss widens"}\n');
    const refused = await classify(['file.jsonl']);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.words).toContain('--input jsonl');
    expect((await classify(['file.jsonl', '--input', 'jsonl'])).rows()).toHaveLength(2);
    expect((await classify(['file.jsonl', '--input', 'text'])).rows()).toHaveLength(3);
    // One brace is no document, and one document among texts no file of them.
    const mixed = await classify([], { input: '{"text":"x"}\nProfit rises\n' });
    expect(mixed.code).toBe(0);
  });
});
