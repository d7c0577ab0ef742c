import { partitionName } from '../client/admin/partition-leaders.ts';
import { deleteRecords as deleteAt, type RecordsToDelete } from '../client/admin/records.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { type ClusterAddress, withSession } from './admin-session.ts';
import { executionFailure } from './java-failures.ts';
import { jsonArray, jsonField, jsonInteger, jsonLong, jsonObject, jsonString, parseFirstJson } from './json-input.ts';
import { readPlanFile } from './plan-file.ts';

export interface DeletedRecords {
  readonly topic: string;
  readonly partition: number;
  /** First offset that is left; null: `error` says why not. */
  readonly lowWatermark: bigint | null;
  readonly error: string | null;
}

/** Deletes what a plan (a JSON file) names; outcomes in the order of the plan. Throws JavaError in its words. */
export async function deleteRecords(
  address: ClusterAddress,
  planFile: string,
  context: ToolContext,
): Promise<DeletedRecords[]> {
  return withSession(address, context, async (cluster) => {
    const plan = parsePlan(await readPlanFile(planFile));
    const outcomes = await deleteAt(cluster, plan);
    return plan.map(({ topic, partition }, index) => {
      const outcome = outcomes[index];
      const error = outcome?.error ? executionFailure(outcome.error).message : null;
      return { topic, partition, lowWatermark: outcome?.value ?? null, error };
    });
  });
}

function operationError(text: string): JavaError {
  return new JavaError('org.apache.kafka.tools.AdminOperationException', text);
}

/** Source: DeleteRecordsCommand.parseOffsetJsonStringWithoutDedup. */
function parsePlan(text: string): RecordsToDelete[] {
  const node = parseFirstJson(text);
  if (node === undefined) throw operationError('The input string is not a valid JSON');
  const plan = jsonObject(node);
  const version = plan.get('version');
  if (version !== undefined && jsonInteger(version) !== 1) {
    throw operationError(`Not supported version field value ${jsonInteger(version)}`);
  }
  const partitions = plan.get('partitions');
  if (partitions === undefined) throw operationError('Missing partitions field');
  const deletions = jsonArray(partitions).map((element) => {
    const one = jsonObject(element);
    return {
      topic: jsonString(jsonField(one, 'topic')),
      partition: jsonInteger(jsonField(one, 'partition')),
      beforeOffset: jsonLong(jsonField(one, 'offset')),
    };
  });
  const names = deletions.map(partitionName);
  const duplicates = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (duplicates.length > 0) {
    throw new JavaError(
      'org.apache.kafka.tools.AdminCommandFailedException',
      `Offset json file contains duplicate topic partitions: ${duplicates.join(',')}`,
    );
  }
  return deletions;
}
