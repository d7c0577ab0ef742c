import { type KRaftQuorum } from '../../broker/cluster/index.ts';
import { illegalArgument } from './storage-error.ts';

type Voter = KRaftQuorum['voters'][number];

/** `id@host:port:directory`, separated by commas, as members of a dynamic quorum. Throws JavaError. */
export function parseInitialControllers(text: string, listener: string): Voter[] {
  return text.split(',').map((one) => parseVoter(one.trim(), listener));
}

function parseVoter(text: string, listener: string): Voter {
  const at = text.indexOf('@');
  if (at < 0) throw illegalArgument('No @ found in dynamic voter string.');
  const id = text.slice(0, at);
  if (!/^[+-]?[0-9]+$/.test(id)) throw illegalArgument('Failed to parse node id in dynamic voter string.');
  if (Number(id) < 0) throw illegalArgument(`Invalid negative node id ${id} in dynamic voter string.`);
  const address = text.slice(at + 1);
  const match = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*):(.*)$/.exec(address);
  if (match === null) {
    const missing = address.includes(':')
      ? 'No colon following port could be found.'
      : 'No colon following hostname could be found.';
    throw illegalArgument(missing);
  }
  const [, ipv6, host, port = '', directoryId = ''] = match;
  if (!/^[0-9]+$/.test(port)) throw illegalArgument('Failed to parse port in dynamic voter string.');
  if (Number(port) > 65535) throw illegalArgument(`Invalid port ${port} in dynamic voter string.`);
  if (Buffer.from(directoryId, 'base64url').length !== 16) {
    throw illegalArgument('Failed to parse directory ID in dynamic voter string.');
  }
  return {
    voterId: Number(id),
    voterDirectoryId: directoryId,
    endpoints: [{ name: listener, host: ipv6 ?? host ?? '', port: Number(port) }],
    kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
  };
}
