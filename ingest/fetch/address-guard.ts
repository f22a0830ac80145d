import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { RejectedError } from '../../pipeline/core/errors.js';
import { isMetadataAddress, isPublicAddress } from './public-address.js';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export type Scheme = 'http' | 'https' | 'ws' | 'wss';

export interface AddressGuardOptions {
  /** True for an intranet: private addresses and any port are allowed, but never those of the link and of a cloud's metadata. */
  readonly allowPrivateHosts?: boolean;
  /** Left out: http and https. */
  readonly schemes?: readonly Scheme[];
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>;
}

/** Says which addresses may be connected to. */
export interface AddressGuard {
  /**
   * Returns the parsed address, seen from `base`; throws RejectedError (`bad_address`, `address_refused`) by the look of it: scheme, port,
   * password, literal private address. Names are checked again by `lookup`.
   */
  check(url: string, base?: URL): URL;
  /** For the socket: fails when any address of the name is not public, and the socket connects to what it returns, so that rebinding gains nothing. */
  readonly lookup: LookupFunction;
}

export function createAddressGuard(options: AddressGuardOptions = {}): AddressGuard {
  const schemes = options.schemes ?? ['http', 'https'];
  const open = options.allowPrivateHosts === true;
  return {
    check: (value, base) => {
      const url = parseAddress(value, base);
      if (!schemes.some((scheme) => url.protocol === `${scheme}:`)) {
        throw refused(`${url.protocol} is not fetched; only ${schemes.join(' and ')} are.`);
      }
      if (url.username !== '' || url.password !== '') {
        throw refused(`An address with a password in it is not fetched (${url.host}).`);
      }
      if (!open) checkPublic(url);
      const literal = literalOf(url);
      if (isIP(literal) !== 0 && isMetadataAddress(literal)) throw neverOpened(url.hostname, literal);
      return url;
    },
    lookup: createLookup(options.resolve ?? ((hostname) => systemLookup(hostname, { all: true })), open),
  };
}

/** An address for the eyes of people, whether it is one or not: without password and query, and what looks like a key in its path is cut. */
export function shownAddress(url: string): string {
  if (!URL.canParse(url)) {
    const bare = url.replace(/[?#].*$/s, '').replace(/^(.*\/\/)?.*@/s, '$1');
    return withoutKeys(bare).slice(0, 200);
  }
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${withoutKeys(pathname)}`.slice(0, 400);
}

/** A key is long and mixes letters and digits; words with hyphens and a date do so too, but have no capitals. */
function withoutKeys(path: string): string {
  return path.replace(/[\w-]{20,}/g, (run) => {
    const mixed = /\d/.test(run) && /[A-Za-z]/.test(run);
    const isKey = mixed && (/[A-Z]/.test(run) || /[A-Za-z0-9]{20,}/.test(run));
    return isKey ? `${run.slice(0, 4)}…` : run;
  });
}

function parseAddress(value: string, base: URL | undefined): URL {
  if (URL.canParse(value, base?.href)) return new URL(value, base);
  throw new RejectedError('bad_address', `"${shownAddress(value)}" is not an address.`);
}

function checkPublic(url: URL): void {
  const literal = literalOf(url);
  const inside = isIP(literal) !== 0 && !isPublicAddress(literal);
  if (url.port !== '' && url.port !== '80' && url.port !== '443') {
    const both = inside ? `, and ${url.hostname} is not on the public internet` : '';
    throw refused(
      `Port ${url.port} of ${url.hostname} is not fetched; only 80 and 443 are${both}. Set allowPrivateHosts for an intranet, which opens other ports and private addresses.`,
    );
  }
  if (inside) throw notPublic(url.hostname, literal);
}

/** A literal address is never resolved, so it has to be checked by itself. */
function literalOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function createLookup(
  resolveName: (hostname: string) => Promise<readonly ResolvedAddress[]>,
  open: boolean,
): LookupFunction {
  return (hostname, lookupOptions, callback) => {
    resolveName(hostname).then(
      (addresses) => {
        const closed = addresses.find(({ address }) => !isPublicAddress(address));
        const never = addresses.find(({ address }) => isMetadataAddress(address));
        const first = addresses[0];
        if (first === undefined) callback(new Error(`${hostname} has no address`), '', 0);
        else if (never !== undefined) callback(neverOpened(hostname, never.address), '', 0);
        else if (closed !== undefined && !open) callback(notPublic(hostname, closed.address), '', 0);
        else if (lookupOptions.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), '', 0),
    );
  };
}

function notPublic(hostname: string, address: string): RejectedError {
  return refused(
    `${hostname} is at ${address}, which is not on the public internet. Set allowPrivateHosts for an intranet.`,
  );
}

function neverOpened(hostname: string, address: string): RejectedError {
  const at = hostname.replace(/^\[|\]$/g, '') === address ? '' : ` is at ${address}, which`;
  return refused(
    `${hostname}${at} is link-local or gives out the secrets of a machine; no source may read it, with allowPrivateHosts neither. Correct the address, or the server that sends there.`,
  );
}

function refused(message: string): RejectedError {
  return new RejectedError('address_refused', message);
}
