import type { MappingSpec } from '../../../pipeline/core/mapping.js';

/**
 * Posts and comments of Weibo in the form of its commercial push: `{id, text: {type: status | comment, event: add | update | delete, status | comment}}`.
 * Names as on open.weibo.com (Responses of the push service). What is reposted is in `extra`, as it has its own author.
 */
export const WEIBO: MappingSpec = {
  when: { 'text.type': ['status', 'comment'] },
  nativeId: { first: ['text.status.mid', 'text.status.idstr', 'text.comment.mid', 'text.comment.idstr'] },
  url: 'text.status.url',
  text: { first: ['text.status.longText.longTextContent', 'text.status.text', 'text.comment.text'] },
  publishedAt: {
    first: ['text.status.created_at', 'text.comment.created_at'],
    time: 'local',
    zone: '+08:00',
  },
  modifiedAt: { first: ['text.status.edit_at', 'text.comment.edit_at'], time: 'local', zone: '+08:00' },
  author: {
    first: [
      'text.status.user.idstr',
      'text.status.user.id',
      'text.comment.user.idstr',
      'text.comment.user.id',
    ],
  },
  language: { constant: 'zh' },
  action: {
    path: 'text.event',
    values: { add: 'add', update: 'replace', delete: 'retract' },
    default: 'add',
  },
  extra: {
    type: 'text.type',
    reposts: 'text.status.reposts_count',
    comments: 'text.status.comments_count',
    likes: { first: ['text.status.attitudes_count', 'text.comment.like_counts'] },
    repostOf: { first: ['text.status.retweeted_status.mid', 'text.status.retweeted_status.idstr'] },
    repostText: 'text.status.retweeted_status.text',
    repostedVia: 'text.status.pid',
    commentOn: { first: ['text.comment.status.mid', 'text.comment.status.idstr'] },
    replyTo: { first: ['text.comment.reply_comment.mid', 'text.comment.reply_comment.idstr'] },
    region: { first: ['text.status.region_name', 'text.comment.region_name'] },
    followers: { first: ['text.status.user.followers_count', 'text.comment.user.followers_count'] },
    verified: { first: ['text.status.user.verified', 'text.comment.user.verified'] },
    accountCreatedAt: { first: ['text.status.user.created_at', 'text.comment.user.created_at'] },
  },
};
