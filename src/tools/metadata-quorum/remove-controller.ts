import { removeRaftVoter } from '../../client/admin/quorum.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { JavaError } from '../../util/java-error.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type ClusterAddress, withSession } from '../admin-session.ts';
import { executionFailure, failingAs } from '../java-failures.ts';
import { parseUuid } from '../uuid-text.ts';
import { terse } from './describe.ts';

/** Throws JavaError: the id or the directory cannot be. Returns the directory id in its usual form. */
export function checkRemoval(controllerId: number, directoryId: string): Uuid {
  if (controllerId < 0) throw terse(`Invalid negative --controller-id: ${controllerId}`);
  try {
    return parseUuid(directoryId);
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    throw terse(`Failed to parse --controller-directory-id: ${error.message}`);
  }
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
