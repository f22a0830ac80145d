import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadExpertRules } from '../../../config/expert-rules.js';
import { isApproved, loadRules } from '../../../pipeline/app/expert-rules.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-rules-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const RULE = `
  - id: no-breach
    version: 2
    author: ana@desk.example
    reason: A finding of no breach is no bad news.
    when: { anyOf: [not in breach] }
    then: { atMost: { negative: 0.2 } }
    tests:
      - { text: 'found not in breach', fires: true }
`;
let files = 0;
async function fileOf(text: string): Promise<string> {
  const path = join(folder, `rules-${(files += 1)}.yaml`);
  await writeFile(path, text);
  return path;
}
const problemsOf = async (text: string) =>
  loadExpertRules([await fileOf(text)]).then(
    () => 'none',
    (error: unknown) => String(error),
  );

describe('loadExpertRules', () => {
  it('reads rules with what is left out filled in', async () => {
    const [rule] = await loadExpertRules([await fileOf(`rules:${RULE}`)]);
    expect(rule).toMatchObject({
      id: 'no-breach',
      version: 2,
      approvedBy: null,
      expires: null,
      when: { anyOf: ['not in breach'], noneOf: [], pattern: null },
      then: { set: null, atLeast: {}, atMost: { negative: 0.2 }, abstain: false },
      tests: [{ language: 'en', sourceKind: 'news', fires: true, model: null }],
    });
  });

  it('loads the example, in which every rule is approved', async () => {
    const { inForce, waiting } = await loadRules({
      files: ['config/examples/expert-rules/rules.yaml'],
      approval: 'required',
    });
    expect([inForce.length, waiting.length]).toEqual([3, 0]);
  });

  it.each([
    [
      'atMost: { negative: 0.2 }',
      'atMost: { negativ: 0.2 }',
      /then\.atMost\.negativ \(line 7\).*Did you mean negative\?/,
    ],
    ['atMost: { negative: 0.2 }', '{}', /then.* does nothing/],
    [
      '{ atMost: { negative: 0.2 } }',
      '{ atMost: { negative: 0.1 }, atLeast: { negative: 0.5 } }',
      /atLeast is more than atMost/,
    ],
    ['{ atMost: { negative: 0.2 } }', '{ set: { negative: 1, neutral: 1, positive: 0 } }', /must sum to 1/],
    ['{ atMost: { negative: 0.2 } }', '{ addTopic: breach }', /Use one of/],
    ['{ anyOf: [not in breach] }', '{ noneOf: [x] }', /would decide over every document/],
    ['{ anyOf: [not in breach] }', "{ pattern: '(a' }", /when\.pattern \(line 6\) does not work.*close/],
    ['{ anyOf: [not in breach] }', "{ pattern: 'Fined' }", /lower case/],
    ['{ anyOf: [not in breach] }', "{ pattern: '(a+)\\1' }", /not supported/],
    ['version: 2', 'version: two', /version \(line 3\)/],
    ['    reason: A finding of no breach is no bad news.\n', '', /reason.* is missing/],
    ['id: no-breach', 'id: No Breach', /small letters/],
    [
      "    tests:\n      - { text: 'found not in breach', fires: true }\n",
      '    tests: []\n',
      /at least one text/,
    ],
    ['version: 2', "version: 2\n    expires: '2026-02-30'", /no day of the calendar/],
    ['version: 2', 'version: 2\n    expire: x', /Did you mean expires\?/],
  ])('refuses "%s" changed to "%s" with place and fix', async (from, to, words) => {
    expect(RULE).toContain(from);
    expect(await problemsOf(`rules:${RULE.replace(from, to)}`)).toMatch(words);
  });

  it('refuses one id twice, also in two files, what is no YAML and what is not there', async () => {
    expect(await problemsOf(`rules:${RULE}${RULE}`)).toMatch(/rules\[1\]\.id.*another rule has already/);
    const paths = [await fileOf(`rules:${RULE}`), await fileOf(`rules:${RULE}`)];
    await expect(loadExpertRules(paths)).rejects.toThrow(/rules\[0\]\.id.*another rule/);
    expect(await problemsOf('rules: [')).toMatch(/not valid YAML/);
    expect(await problemsOf('- x')).toMatch(/not valid/);
    await expect(loadExpertRules([join(folder, 'nowhere.yaml')])).rejects.toThrow(
      /does not exist.*models\.rules\.files/,
    );
  });
});

describe('loadRules', () => {
  it('refuses rules that do not do what their tests say', async () => {
    const path = await fileOf(`rules:${RULE.replace('fires: true', 'fires: false')}`);
    await expect(loadRules({ files: [path], approval: 'none' })).rejects.toThrow(
      /no-breach, test 1: the rule fires/,
    );
  });

  it('keeps a rule out of force until somebody else has approved it, where approval is required', async () => {
    const approved = RULE.replace('id: no-breach', 'id: other').replace(
      'version: 2',
      'version: 2\n    approvedBy: li@risk.example',
    );
    const files = [await fileOf(`rules:${RULE}${approved}`)];
    const ids = async (approval: 'none' | 'required') => {
      const { inForce, waiting } = await loadRules({ files, approval });
      return [inForce.map(({ id }) => id), waiting.map(({ id }) => id)];
    };
    expect(await ids('none')).toEqual([['no-breach', 'other'], []]);
    expect(await ids('required')).toEqual([['other'], ['no-breach']]);
  });

  it.each([
    ['ana@desk.example', null, false],
    ['ana@desk.example', ' ANA@desk.example', false],
    ['ana@desk.example', 'ａna@desk.example', false],
    ['ana@desk.example', 'li@risk.example', true],
  ])('takes the approval of a rule of %s by %s for %s', (author, approvedBy, expected) => {
    expect(isApproved({ author, approvedBy })).toBe(expected);
  });
});
