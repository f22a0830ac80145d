import { describe, expect, it } from 'vitest';

import { mappingSchema } from '../../../config/sources/mapping.js';

const problems = (mapping: unknown) =>
  (mappingSchema.safeParse(mapping).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  );

describe('the schema of mappings', () => {
  it('takes all that the README shows', () => {
    expect(
      problems({
        items: 'data.list',
        when: { type: ['news'] },
        nativeId: 'id',
        title: { first: ['title', 'headline'] },
        text: { template: '{summary} {body}' },
        publishedAt: { path: 'time', time: 'local', zone: 'Asia/Shanghai' },
        author: '$.account.name',
        language: { constant: 'zh' },
        tickers: { path: 'code', stockCode: true, exchange: 'market' },
        action: { path: 'event', values: { removed: 'retract' }, default: 'add' },
        extra: { form: 'formType' },
      }),
    ).toEqual([]);
  });

  it.each([
    [
      { title: 'a..b' },
      'title must be a place in a message, such as payload.headline, list[0].name or tags[*]',
    ],
    [{ titel: 'a' }, ' has no field titel'],
    [
      { title: { path: 'a', constant: 'b' } },
      'title must have exactly one of path, first, template, constant',
    ],
    [
      { title: { template: '{a' } },
      'title.template must be text with places in braces, such as {title} {summary}',
    ],
    [
      { publishedAt: { path: 'a', time: 'local', zone: 'Mars' } },
      'publishedAt.zone must be a time zone such as +08:00 or Asia/Shanghai',
    ],
    [{ extra: { a: { pth: 'b' } } }, 'extra.a has no field pth'],
  ])('says what is wrong with %j', (mapping, words) => {
    expect(problems(mapping)).toContain(words);
  });
});
