/** What a person has to look at, by the code that node gives an error of a connection. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'Nothing listens there: check host and port, and whether the server runs.'],
  [
    /^ENOTFOUND$/,
    'Nobody knows this name: check how it is written, and the name service (DNS) of this machine.',
  ],
  [/^EAI_AGAIN$/, 'The name service (DNS) of this machine does not answer: check it and the network.'],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/,
    'No way leads there: check the network, proxy and firewall.',
  ],
  [
    /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/,
    'The other side broke the connection off; it is asked again by itself.',
  ],
  [/^(HPE|Z)_/, 'The answer is damaged; it is asked again by itself.'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/,
    'This machine does not trust the certificate: mend it at the server, or name its authority in NODE_EXTRA_CA_CERTS.',
  ],
  [
    /^(ERR_SSL|EPROTO)/,
    'The two sides agree on no encryption: check whether the address should begin with http or https.',
  ],
];
const OTHERWISE = 'It is asked again by itself; check address and network if it stays so.';

/** One sentence on what to check about an error of a connection. */
export function adviceOn(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ADVICE.find(([pattern]) => pattern.test(code))?.[1] ?? OTHERWISE;
}
