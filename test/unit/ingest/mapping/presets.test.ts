import { describe, expect, it } from 'vitest';

import { compileMapping } from '../../../../ingest/mapping/compile-mapping.js';
import { presetMapping, type MappingPreset } from '../../../../ingest/mapping/presets/presets.js';
import { partOutcomes, readMapped } from '../../../../ingest/mapping/read-mapped.js';

function read(preset: MappingPreset, message: unknown) {
  const outcomes = readMapped(compileMapping(presetMapping(preset, {}))(message), {
    source: { id: preset, kind: 'social' },
    context: {
      receivedAt: Date.parse('2026-03-31T12:00:00Z'),
      virtualClock: false,
      authorKey: 'k'.repeat(24),
    },
  });
  const { documents, errors } = partOutcomes(outcomes);
  expect(errors).toEqual([]);
  return documents;
}

const status = (more: object = {}) => ({
  created_at: 'Tue Mar 31 18:05:00 +0800 2026',
  id: 5_000_000_000_000_001,
  mid: '5000000000000001',
  text: '青禾乳业这季度的利润又降了',
  reposts_count: 12,
  comments_count: 7,
  attitudes_count: 31,
  region_name: '发布于 广东',
  geo: { type: 'Point', coordinates: [23.1, 113.2] },
  user: {
    id: 77,
    idstr: '77',
    screen_name: '小禾',
    followers_count: 5,
    created_at: 'Mon Jan 05 10:00:00 +0800 2026',
  },
  ...more,
});
const push = (event: string, body: object) => ({ id: 1, text: { type: 'status', event, status: body } });

describe('the ready mapping of Weibo', () => {
  it('reads a post with its counts, its author only as a pseudonym, and no place finer than a region', () => {
    const [post] = read('weibo', push('add', status()));
    expect(post).toMatchObject({
      action: 'add',
      nativeId: '5000000000000001',
      text: '青禾乳业这季度的利润又降了',
      publishedAt: '2026-03-31T10:05:00.000Z',
      language: 'zh',
      author: expect.stringMatching(/^u_[0-9a-f]{20}$/) as string,
      extra: { reposts: 12, comments: 7, likes: 31, region: '发布于 广东', followers: 5 },
    });
    expect(JSON.stringify(post)).not.toMatch(/小禾|"77"|23\.1|113\.2/);
  });

  it('keeps what a repost is of beside the words of who reposts', () => {
    const [post] = read(
      'weibo',
      push('add', status({ text: '转发微博', retweeted_status: { mid: '4999', text: '青禾乳业公布季报' } })),
    );
    expect(post).toMatchObject({
      text: '转发微博',
      extra: { repostOf: '4999', repostText: '青禾乳业公布季报' },
    });
  });

  it('reads deletions, lists of pushes and comments, and passes other events over', () => {
    const comment = {
      id: 2,
      text: {
        type: 'comment',
        event: 'add',
        comment: {
          created_at: 'Tue Mar 31 18:06:00 +0800 2026',
          mid: '6001',
          text: '同意',
          user: { idstr: '78' },
          status: { mid: '5000000000000001' },
        },
      },
    };
    const documents = read('weibo', [
      push('delete', status({ text: '' })),
      comment,
      { text: { type: 'user' } },
    ]);
    expect(documents).toMatchObject([
      { action: 'retract', nativeId: '5000000000000001' },
      { nativeId: '6001', text: '同意', extra: { commentOn: '5000000000000001' } },
    ]);
  });
});

describe('the ready mapping of WeChat', () => {
  const article = {
    article_id: 'art-1',
    title: '北岭港口季报点评',
    author: '某某',
    content: '<p>利润<b>下降</b>两成</p>',
    url: 'https://mp.weixin.qq.com/s/abc',
    publish_time: 1_774_951_500,
    read_num: 900,
    like_num: 8,
    share_num: 3,
  };

  it('reads the articles of an account, HTML as text', () => {
    const [document] = read('wechat', { biz: 'MzA', nickname: '财经小站', articles: [article] });
    expect(document).toMatchObject({
      nativeId: 'art-1',
      title: '北岭港口季报点评',
      text: '利润下降两成',
      publishedAt: '2026-03-31T10:05:00.000Z',
      extra: { account: '财经小站', reads: 900, likes: 8, reposts: 3 },
    });
    expect(document?.author).toMatch(/^u_/);
    expect(JSON.stringify(document)).not.toContain('某某');
  });

  it('reads a deletion', () => {
    const articles = [{ ...article, is_deleted: true }];
    expect(read('wechat', { biz: 'MzA', articles })).toMatchObject([
      { action: 'retract', nativeId: 'art-1' },
    ]);
  });
});

describe('the ready mapping of Douyin', () => {
  it('reads a video: its title, and as text what is said in it', () => {
    const [video] = read('douyin', {
      event: 'create_video',
      from_user_id: 'ou-1',
      client_key: 'ck',
      content: {
        item_id: '@9V',
        title: '聊聊北岭港口',
        transcript: '大家好，今天说说这家公司的季报。',
        create_time: 1_774_951_500,
        share_url: 'https://www.iesdouyin.com/share/video/9',
        statistics: { digg_count: 10, comment_count: 2, share_count: 1, play_count: 5_000 },
      },
    });
    expect(video).toMatchObject({
      nativeId: '@9V',
      title: '聊聊北岭港口',
      text: '大家好，今天说说这家公司的季报。',
      extra: { likes: 10, comments: 2, reposts: 1, plays: 5_000 },
    });
  });

  it('reads comments and deletions', () => {
    expect(
      read('douyin', [
        {
          event: 'item_comment_reply',
          from_user_id: 'ou-2',
          content: {
            comment_id: 'c1',
            content: '不看好',
            create_time: 1_774_951_500,
            reply_to_item_id: '@9V',
          },
        },
        {
          event: 'delete_video',
          from_user_id: 'ou-1',
          content: { item_id: '@9V', create_time: 1_774_951_500 },
        },
        { event: 'verify_webhook', content: { challenge: 1 } },
      ]),
    ).toMatchObject([
      { text: '不看好', extra: { commentOn: '@9V' } },
      { action: 'retract', nativeId: '@9V' },
    ]);
  });
});

it('fields of one’s own replace those of a ready mapping, extras one by one', () => {
  const mapping = presetMapping('weibo', { nativeId: 'my.id', extra: { likes: 'my.likes' } });
  expect(mapping.nativeId).toBe('my.id');
  expect(mapping.text).toBeDefined();
  expect(mapping.extra).toMatchObject({ likes: 'my.likes', comments: 'text.status.comments_count' });
});
