import { isIP } from 'node:net';

/** Keys that hold an address in the network or a point on the earth, written in whatever way. */
const PRECISE_KEYS =
  /^(?:(?:client|remote|user|source|login|reg|register|last)?_?ip(?:v[46])?(?:_?addr(?:ess)?)?|remote_?addr|x_?forwarded_?for|gps|lat|lng|lon|latitude|longitude|coord(?:inate)?s?|lat_?lng|lat_?lon|geo_?point|geohash)$/;
const POINT = /^\s*-?\d{1,3}\.\d{2,}\s*[,;\s]\s*-?\d{1,3}\.\d{2,}\s*$/;

/** A JSON value without IP addresses and coordinates, by their key or by what they look like. Words such as a region stay. */
export function withoutPrecisePlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isPrecise(item)).map(withoutPrecisePlaces);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, item]) => !PRECISE_KEYS.test(plainKey(key)) && !isPrecise(item),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutPrecisePlaces(item)]));
}

/** `clientIp`, `client-ip` and `CLIENT_IP` as `client_ip`. */
function plainKey(key: string): string {
  return key
    .slice(0, 64)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[-.\s]/g, '_')
    .toLowerCase();
}

function isPrecise(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 100) return isPoint(value);
  return (
    isIP(value.trim().replace(/^\[|\]$/g, '')) !== 0 ||
    /^\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}$/.test(value) ||
    POINT.test(value)
  );
}

/** Two numbers with decimals, as GeoJSON has them. */
function isPoint(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return value.every((part) => typeof part === 'number' && Math.abs(part) <= 180 && !Number.isInteger(part));
}
