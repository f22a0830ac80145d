import type { FetchedPage, GuardedClient } from '../../../ingest/fetch/guarded-client.js';

/** One party of an invented filing; a filing with several has an entry each. */
export interface EdgarEntry {
  readonly accession: string;
  readonly form?: string;
  readonly name?: string;
  readonly cik?: string;
  readonly role?: string;
  readonly items?: readonly string[];
  readonly at?: string;
}

/** An accession number with this count at its end. */
export function accessionNumber(count: number): string {
  return `0009999999-26-${String(count).padStart(6, '0')}`;
}

/** A page of the listing of current filings in the form in which EDGAR writes it, newest first. */
export function edgarPage(entries: readonly EdgarEntry[]): string {
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Latest Filings - Tue, 31 Mar 2026 16:20:11 EDT</title>
<link rel="alternate" href="/cgi-bin/browse-edgar?action=getcurrent"/>
<link rel="self" href="/cgi-bin/browse-edgar?action=getcurrent"/>
<id>https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent</id>
<author><name>Webmaster</name><email>webmaster@sec.gov</email></author>
<updated>2026-03-31T16:20:11-04:00</updated>
${entries.map(entryOf).join('\n')}
</feed>`;
}

function entryOf(entry: EdgarEntry): string {
  const {
    accession,
    form = '8-K',
    name = 'ALDERMOOR PLC',
    cik = '0009000001',
    role = 'Filer',
    items = [],
    at = '2026-03-31T16:05:12-04:00',
  } = entry;
  const folder = `${Number(cik)}/${accession.replaceAll('-', '')}`;
  const lines = items.map((item) => `&lt;br&gt;Item ${item}`).join('\n');
  return `<entry>
<title>${form} - ${name} (${cik}) (${role})</title>
<link rel="alternate" type="text/html" href="https://www.sec.gov/Archives/edgar/data/${folder}/${accession}-index.htm"/>
<summary type="html">
 &lt;b&gt;Filed:&lt;/b&gt; ${at.slice(0, 10)} &lt;b&gt;AccNo:&lt;/b&gt; ${accession} &lt;b&gt;Size:&lt;/b&gt; 212 KB
${lines}
</summary>
<updated>${at}</updated>
<category scheme="https://www.sec.gov/" label="form type" term="${form}"/>
<id>urn:tag:sec.gov,2008:accession-number=${accession}</id>
</entry>`;
}

export interface EdgarStub extends Pick<GuardedClient, 'get'> {
  /** What the listing holds, newest first; change it between readings. */
  listing: readonly EdgarEntry[];
  /** Answers instead of the listing, once each. */
  readonly answers: Partial<FetchedPage>[];
  /** Where each request began. */
  readonly starts: number[];
}

/** EDGAR's side of the dialogue: pages of at most 100 entries. */
export function createEdgarStub(): EdgarStub {
  const stub: EdgarStub = {
    listing: [],
    answers: [],
    starts: [],
    get: (url) => {
      const { searchParams } = new URL(url);
      const start = Number(searchParams.get('start'));
      stub.starts.push(start);
      const page = edgarPage(stub.listing.slice(start, start + Number(searchParams.get('count'))));
      const body = Buffer.from(page, 'latin1');
      return Promise.resolve({ status: 200, url, headers: {}, body, ...stub.answers.shift() });
    },
  };
  return stub;
}
