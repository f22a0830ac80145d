import type { MappingSpec } from '../../../pipeline/core/mapping.js';

/**
 * Articles of WeChat official accounts: `{biz, nickname, articles: [{article_id, title, digest, content, url, publish_time, …}]}`.
 * Names of an article as in the platform's interface of publications (`news_item`), counts as in its statistics; the account around them.
 */
export const WECHAT: MappingSpec = {
  items: 'articles',
  nativeId: { first: ['article_id', 'url'] },
  url: 'url',
  title: 'title',
  html: { first: ['content', 'digest'] },
  publishedAt: { first: ['publish_time', 'create_time'], time: 'seconds' },
  modifiedAt: { path: 'update_time', time: 'seconds' },
  // The account speaks; the name in `author` is free text and a person's.
  author: { first: ['$.biz', '$.username'] },
  language: { constant: 'zh' },
  action: {
    first: ['is_deleted', 'event'],
    values: {
      true: 'retract',
      '1': 'retract',
      delete: 'retract',
      update: 'replace',
      false: 'add',
      '0': 'add',
    },
    default: 'add',
  },
  extra: {
    account: '$.nickname',
    digest: 'digest',
    original: 'content_source_url',
    reads: { first: ['read_num', 'int_page_read_count'] },
    likes: { first: ['like_num', 'old_like_num'] },
    comments: { first: ['comment_num', 'comment_count'] },
    reposts: { first: ['share_num', 'share_count'] },
    repostOf: 'source_article_id',
    videoTitle: 'video.title',
  },
};
