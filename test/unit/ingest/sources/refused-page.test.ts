import { describe, expect, it } from 'vitest';
import { adviceOn } from '../../../../ingest/fetch/network-advice.js';
import { refusedPage } from '../../../../ingest/sources/refused-page.js';

const NOW = Date.parse('2026-03-31T14:00:00Z');

describe('an answer that holds nothing to read', () => {
  it.each<[number, RegExp]>([
    [401, /status 401\. It lets in only whom it knows: look at the secret/],
    [403, /status 403\. It refuses this reader: .*fetch\.contact/],
    [404, /status 404\. There is nothing at this address: correct it/],
    [410, /status 410\. It is gone for good/],
    [418, /status 418\. Check the address\.$/],
    [502, /status 502\. The fault is at the server; it is asked again by itself\.$/],
  ])('says what to do about status %i', (status, words) => {
    expect(refusedPage({ name: 'wire.example', status, retryAfter: undefined }, NOW).message).toMatch(words);
  });

  it('says until when it wants to be left alone', () => {
    const refused = refusedPage({ name: 'wire.example', status: 429, retryAfter: '120' }, NOW);
    expect(refused.message).toContain('It asked for no request before 2026-03-31T14:02:00.000Z.');
    expect(refused.facts).toEqual({ status: 429, until: NOW + 120_000 });
  });
});

describe('a connection that fails', () => {
  it.each([
    ['ECONNREFUSED', /Nothing listens there: check host and port/],
    ['ENOTFOUND', /Nobody knows this name/],
    ['EAI_AGAIN', /name service \(DNS\) of this machine/],
    ['ETIMEDOUT', /network, proxy and firewall/],
    ['ECONNRESET', /broke the connection off/],
    ['Z_DATA_ERROR', /damaged/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /does not trust the certificate/],
    ['EWHATEVER', /check address and network/],
  ])('%s says what to check', (code, words) => {
    expect(adviceOn(Object.assign(new Error('no'), { code }))).toMatch(words);
  });
});
