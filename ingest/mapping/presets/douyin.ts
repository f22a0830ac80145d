import type { MappingSpec } from '../../../pipeline/core/mapping.js';

/**
 * Videos and comments of Douyin: `{event, from_user_id, client_key, content: {item_id, title, transcript, create_time, share_url, statistics}}`.
 * The envelope of the platform's webhooks, within it the names of its video list; what is said in the video comes as `transcript`.
 */
export const DOUYIN: MappingSpec = {
  when: {
    event: ['create_video', 'update_video', 'delete_video', 'item_comment_reply'],
  },
  nativeId: { first: ['content.comment_id', 'content.item_id', 'content.video_id'] },
  url: 'content.share_url',
  title: 'content.title',
  text: { first: ['content.transcript', 'content.content', 'content.desc'] },
  publishedAt: { path: 'content.create_time', time: 'seconds' },
  modifiedAt: { path: 'content.update_time', time: 'seconds' },
  author: { first: ['content.comment_user_id', 'content.open_id', 'from_user_id'] },
  language: { constant: 'zh' },
  action: { path: 'event', values: { update_video: 'replace', delete_video: 'retract' }, default: 'add' },
  extra: {
    type: 'event',
    likes: { first: ['content.statistics.digg_count', 'content.digg_count'] },
    comments: { first: ['content.statistics.comment_count', 'content.reply_comment_total'] },
    reposts: { first: ['content.statistics.share_count', 'content.statistics.forward_count'] },
    plays: 'content.statistics.play_count',
    repostOf: 'content.forward_item_id',
    commentOn: { first: ['content.reply_to_item_id', 'content.parent_item_id'] },
    replyTo: 'content.reply_to_comment_id',
    followers: 'content.author.follower_count',
  },
};
