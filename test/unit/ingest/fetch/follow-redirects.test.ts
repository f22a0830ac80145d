import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAddressGuard } from '../../../../ingest/fetch/address-guard.js';
import { followRedirects, type Outgoing } from '../../../../ingest/fetch/follow-redirects.js';

type Answers = Readonly<Record<string, readonly [status: number, location?: string]>>;

/** Follows from `start` over answers by address; returns where it ended and what was sent on the way. */
async function follow(start: string, answers: Answers, outgoing: Partial<Outgoing> = {}) {
  const sent: (Outgoing & { readonly url: string })[] = [];
  const arrival = await followRedirects(
    start,
    { method: 'GET', headers: {}, secretHeaders: {}, body: null, ...outgoing },
    {
      guard: createAddressGuard(),
      send: (target, next) => {
        sent.push({ url: target.href, ...next });
        const [statusCode, location] = answers[target.href] ?? [200];
        const answer = new IncomingMessage(new Socket());
        answer.statusCode = statusCode;
        if (location !== undefined) answer.headers.location = location;
        return Promise.resolve(answer);
      },
    },
  );
  return { sent, url: arrival.url.href, movedTo: arrival.movedTo?.href ?? null };
}

describe('followRedirects', () => {
  it('sends what is secret to the first origin only, and not again when the way leads back', async () => {
    const open = { accept: 'text/xml', 'if-none-match': '1' };
    const { sent } = await follow(
      'https://a.example/1',
      {
        'https://a.example/1': [302, '/2'],
        'https://a.example/2': [302, 'https://b.example/'],
        'https://b.example/': [302, 'https://a.example/3'],
      },
      {
        headers: { accept: 'text/xml', Cookie: 'c', 'X-Api-Key': 'k', 'if-none-match': '1' },
        secretHeaders: { authorization: 'Bearer key' },
      },
    );
    expect(sent.map(({ url, headers, secretHeaders }) => [url, { ...headers, ...secretHeaders }])).toEqual([
      ['https://a.example/1', { ...open, Cookie: 'c', 'X-Api-Key': 'k', authorization: 'Bearer key' }],
      ['https://a.example/2', { ...open, Cookie: 'c', 'X-Api-Key': 'k', authorization: 'Bearer key' }],
      ['https://b.example/', open],
      ['https://a.example/3', open],
    ]);
  });

  it('refuses to leave https, and the words hold no query', async () => {
    const answers: Answers = { 'https://a.example/?key=secret': [301, 'http://a.example/'] };
    const failure = follow('https://a.example/?key=secret', answers);
    await expect(failure).rejects.toMatchObject({ code: 'redirect_refused' });
    await expect(failure).rejects.not.toThrow(/secret/);
  });

  it('T3: refuses a redirect to the metadata service, and asks nobody', async () => {
    const answers: Answers = { 'http://a.example/': [302, 'http://169.254.169.254/latest/meta-data/'] };
    const failure = follow('http://a.example/', answers);
    await expect(failure).rejects.toMatchObject({ code: 'address_refused' });
    await expect(failure).rejects.toThrow(
      'http://a.example/ redirects to http://169.254.169.254/latest/meta-data/, which is refused',
    );
  });

  it('refuses a redirect to what is no address at all', async () => {
    const failure = follow('http://a.example/', { 'http://a.example/': [302, 'http://['] });
    await expect(failure).rejects.toMatchObject({
      code: 'bad_address',
      message: expect.stringContaining('http://a.example/ redirects to http://[, which is refused') as string,
    });
  });

  it('takes a body on within the origin, drops it where a GET is asked for, and never carries it elsewhere', async () => {
    const post: Partial<Outgoing> = { method: 'POST', body: 'a=1' };
    const steps = async (status: number, location: string) => {
      const { sent } = await follow('https://a.example/', { 'https://a.example/': [status, location] }, post);
      return sent.map(({ method, body }) => [method, body]).at(-1);
    };
    expect(await steps(307, '/next')).toEqual(['POST', 'a=1']);
    expect(await steps(303, 'https://b.example/')).toEqual(['GET', null]);
    await expect(steps(308, 'https://b.example/')).rejects.toMatchObject({ code: 'redirect_refused' });
  });

  it('says where permanent redirects lead, as far as they follow one another from the start', async () => {
    const moved = async (first: number, second: number) =>
      (
        await follow('https://a.example/', {
          'https://a.example/': [first, 'https://b.example/'],
          'https://b.example/': [second, 'https://c.example/'],
        })
      ).movedTo;
    expect(await moved(301, 308)).toBe('https://c.example/');
    expect(await moved(301, 302)).toBe('https://b.example/');
    expect(await moved(302, 301)).toBeNull();
  });
});
