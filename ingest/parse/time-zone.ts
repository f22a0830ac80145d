/** How far the clocks of a zone are ahead of Greenwich when they show a time, as if it were Greenwich's; both in milliseconds. */
export type Zone = (wallMs: number) => number;

const DAY_MS = 86_400_000;

/** Names in use that the system reads and does not list: of a renamed zone it lists one name only, which one differs with its version. */
const OTHER_NAMES = [
  'Asia/Kolkata Asia/Calcutta Asia/Ho_Chi_Minh Asia/Saigon Asia/Kathmandu Asia/Katmandu Asia/Yangon Asia/Rangoon Asia/Chongqing',
  'Asia/Chungking Asia/Harbin Asia/Kashgar Asia/Macao Asia/Ujung_Pandang Asia/Dacca Asia/Ulan_Bator Asia/Istanbul Asia/Tel_Aviv',
  'Europe/Kyiv Europe/Kiev Europe/Belfast America/Argentina/Buenos_Aires America/Buenos_Aires America/Indiana/Indianapolis',
  'America/Indianapolis America/Kentucky/Louisville America/Louisville America/Montreal Atlantic/Faroe Atlantic/Faeroe',
  'Pacific/Kanton US/Eastern US/Central US/Mountain US/Pacific US/Arizona US/Alaska US/Hawaii Canada/Atlantic Canada/Eastern',
  'Canada/Central Canada/Mountain Canada/Pacific Canada/Newfoundland Australia/ACT Australia/NSW Australia/Victoria',
  'Australia/Queensland Australia/South Australia/North Australia/West Brazil/East Mexico/General Etc/UTC Etc/GMT',
].join(' ');
/** Hours west of Greenwich, as POSIX has them. */
const ETC_HOURS = Array.from({ length: 27 }, (_, index) => `Etc/GMT${index > 12 ? '' : '+'}${12 - index}`);

/** Zones by their names in lower case, null while nobody has asked for one: to make one takes up to a millisecond. Nothing but time depends on it. */
let zones: Map<string, Zone | null> | null = null;

/**
 * The zone that an IANA name such as `Asia/Shanghai` means; null for any other text, words without a slash included, as they may mean several.
 *
 * The system is asked for names on a list alone, so that a flood of others costs nothing. Memory: a formatter for each zone that was asked for.
 */
export function zoneOfName(name: string): Zone | null {
  zones ??= new Map(listNames().map((listed) => [listed.toLowerCase(), null]));
  const key = name.toLowerCase();
  const made = zones.get(key);
  if (made === undefined) return null;
  const zone = made ?? zoneOrNull(name);
  if (zone === null) zones.delete(key);
  else zones.set(key, zone);
  return zone;
}

/** Null where this system does not have it. */
function zoneOrNull(name: string): Zone | null {
  try {
    return createNamedZone(name);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function listNames(): readonly string[] {
  const names = [...Intl.supportedValuesOf('timeZone'), ...OTHER_NAMES.split(' '), ...ETC_HOURS];
  return names.filter((name) => name.includes('/'));
}

/** In the hour that comes twice in autumn the clocks count as not yet changed. Throws RangeError for a name that the system does not know. */
export function createNamedZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  return (wallMs) => {
    const before = offsetAt(format, wallMs - DAY_MS);
    return offsetAt(format, wallMs - before) === before ? before : offsetAt(format, wallMs + DAY_MS);
  };
}

function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -size : size;
}
