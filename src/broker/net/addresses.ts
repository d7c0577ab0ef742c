import { isIPv6 } from 'node:net';

/** "::ffff:127.0.0.1", as a dual-stack socket reports an IPv4 peer, becomes "127.0.0.1". */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** An address as java.net.InetAddress prints it: "/127.0.0.1", "/0:0:0:0:0:0:0:1". */
export function javaAddress(address: string): string {
  return `/${isIPv6(address) ? expandIpv6(address) : address}`;
}

function expandIpv6(address: string): string {
  const [plain = '', zone] = address.split('%');
  const [left = '', right] = plain.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? [] : new Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].join(':') + (zone === undefined ? '' : `%${zone}`);
}
