import { webUrl } from '../../parse/identity.js';

/** Whatever their addresses say stands for a person: profiles, and posts below or beside them. */
const SOCIAL_HOSTS = [
  'bsky.app',
  'facebook.com',
  'instagram.com',
  'linkedin.com',
  'stocktwits.com',
  't.me',
  'threads.com',
  'threads.net',
  'tiktok.com',
  'twitter.com',
  'x.com',
];
/** Handles of Mastodon and its like (also at Medium or YouTube); the same person as `/users/name`. */
const HANDLE = /\/(?:@|%40)|^\/users\//i;
/** Reddit's profiles; a profile is a subreddit as well, whose name begins with `u_`. */
const REDDIT_PROFILE = /^\/(?:u|user|r\/u_[^/]*)(?:\/|$)/i;

/**
 * The address that a post shares, as it may be kept: of a profile or post of a social site only the host, because the rest names a person. Null for what is no web address.
 */
export function sharedLink(value: string | null): string | null {
  const address = value === null ? null : webUrl(value);
  if (address === null) return null;
  const { hostname, origin, pathname } = new URL(address);
  const host = hostname.replace(/\.$/, '');
  const isAt = (site: string) => host === site || host.endsWith(`.${site}`);
  const names =
    SOCIAL_HOSTS.some(isAt) || HANDLE.test(pathname) || (isAt('reddit.com') && REDDIT_PROFILE.test(pathname));
  return names ? `${origin}/` : address;
}
