import { removeRaftVoter } from '../../client/admin/quorum.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type ClusterAddress, withSession } from '../admin-session.ts';
import { executionFailure, failingAs } from '../consumer-groups/java-failures.ts';
import { terse } from './describe.ts';

const UUID_BYTES = 16;
const LONGEST_UUID = 24;

/** Throws JavaError: the id or the directory cannot be. Returns the directory id in its usual form. */
export function checkRemoval(controllerId: number, directoryId: string): Uuid {
  if (controllerId < 0) throw terse(`Invalid negative --controller-id: ${controllerId}`);
  const complaint = (reason: string) => terse(`Failed to parse --controller-directory-id: ${reason}`);
  if (directoryId.length > LONGEST_UUID) {
    const start = directoryId.slice(0, LONGEST_UUID);
    throw complaint(`Input string with prefix \`${start}\` is too long to be decoded as a base64 UUID`);
  }
  const strange = /[^A-Za-z0-9_-]/.exec(directoryId.replace(/=+$/, ''));
  if (strange) throw complaint(`Illegal base64 character ${strange[0].charCodeAt(0).toString(16)}`);
  const bytes = Buffer.from(directoryId, 'base64url');
  if (bytes.length !== UUID_BYTES) {
    const text = `Input string \`${directoryId}\` decoded as ${bytes.length} bytes`;
    throw complaint(`${text}, which is not equal to the expected ${UUID_BYTES} bytes of a base64-encoded UUID`);
  }
  return bytes.toString('base64url');
}

export function removeController(
  address: ClusterAddress,
  controllerId: number,
  directoryId: Uuid,
  context: ToolContext,
): Promise<void> {
  return withSession(address, context, (cluster) =>
    failingAs(executionFailure, () => removeRaftVoter(cluster, controllerId, directoryId)),
  );
}
