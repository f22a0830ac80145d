import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Special ranges of IPv4 (RFC 6890 and later): this network, private, shared, loopback, link-local, test, multicast, reserved. */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Within 2000::/3, the only range of public addresses: protocol, documentation and tunnel ranges, which can carry private IPv4. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_V4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_V6) special.addSubnet(network, prefix, 'ipv6');
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

/** True only for an address on the public internet; mapped, tunnelled and unreadable ones are not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  if (!isIPv6(address)) return false;
  return globalV6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** Of the link alone, and where clouds and containers give out their secrets: never opened, not even for an intranet. */
const METADATA_V4 = [
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
] as const;
const METADATA_V6 = [
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
] as const;

const metadata = new BlockList();
for (const [network, prefix] of METADATA_V4) {
  metadata.addSubnet(network, prefix, 'ipv4');
  // As the lower half of an address that is mapped or translated (NAT64).
  for (const carrier of ['::ffff:', '64:ff9b::', '::'])
    metadata.addSubnet(`${carrier}${network}`, 96 + prefix, 'ipv6');
}
for (const [network, prefix] of METADATA_V6) metadata.addSubnet(network, prefix, 'ipv6');

/** True for a link-local address or one at which a cloud tells a machine its credentials, and for what cannot be read. */
export function isMetadataAddress(address: string): boolean {
  if (isIPv4(address)) return metadata.check(address, 'ipv4');
  return !isIPv6(address) || metadata.check(address.replace(/%.*$/, ''), 'ipv6');
}
