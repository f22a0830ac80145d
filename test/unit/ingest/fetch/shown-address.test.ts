import { expect, it } from 'vitest';

import { createAddressGuard, shownAddress } from '../../../../ingest/fetch/address-guard.js';

it.each([
  ['https://a.example/news?key=secret#part', 'https://a.example/news'],
  ['https://user:secret@a.example/', 'https://a.example/'],
  ['https://a.example/hooks/T01/abcdEFGH1234ijkl5678mnop/x', 'https://a.example/hooks/T01/abcd…/x'],
  ['https://a.example/bot77:AAE-x_9dKq2LmNopQ-rSt', 'https://a.example/bot77:AAE-…'],
  ['https://a.example/2026-03-31-aldermoor-warns', 'https://a.example/2026-03-31-aldermoor-warns'],
  ['/feed?token=secret', '/feed'],
  ['https://user:secret@[a/feed?token=secret', 'https://[a/feed'],
])('shows %s without what may be secret', (url, shown) => {
  expect(shownAddress(url)).toBe(shown);
});

it('says without its query that something is no address', () => {
  expect(() => createAddressGuard().check('a.example/feed?token=secret')).toThrow(
    '"a.example/feed" is not an address.',
  );
});
