import { type ElectionOutcome, electLeaders as elect } from '../client/admin/elect-leaders.ts';
import { partitionName, type TopicPartition } from '../client/admin/partition-leaders.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { type ClusterAddress, withSession } from './admin-session.ts';
import { inPartitionOrder } from './consumer-groups/topic-partitions.ts';
import { executionFailure, runtimeFailure, toJavaError, wrappedFailure } from './java-failures.ts';
import { jsonArray, jsonField, jsonInteger, jsonObject, jsonString, parseFirstJson } from './json-input.ts';
import { readPlanFile } from './plan-file.ts';

export type ElectionKind = 'PREFERRED' | 'UNCLEAN';

export interface PartitionElection extends TopicPartition {
  readonly result: 'elected' | 'not needed' | 'failed';
  readonly error: JavaError | null;
}

const COMMAND_FAILED = 'org.apache.kafka.tools.AdminCommandFailedException';
export const ELECTION_TIMEOUT = 'Timeout waiting for election results';
export const ELECTION_REFUSED = 'Not authorized to perform leader election';

export function commandFailed(text: string, cause?: JavaError): JavaError {
  return new JavaError(COMMAND_FAILED, text, cause);
}

function operationError(text: string): JavaError {
  return new JavaError('org.apache.kafka.tools.AdminOperationException', text);
}

/** A failure of the whole that carries those of the partitions, as Java's `addSuppressed` does. */
export class ElectionsFailed extends JavaError {
  private readonly suppressed: readonly JavaError[];

  constructor(suppressed: readonly JavaError[]) {
    super(COMMAND_FAILED, `${suppressed.length} replica(s) could not be elected`);
    this.suppressed = suppressed;
  }

  override trace(): string {
    return `${super.trace()}${this.suppressed.map((one) => `\tSuppressed: ${one}\n`).join('')}`;
  }
}

/**
 * Elects leaders of the partitions, or wherever it is needed; outcomes in the order of a Java HashMap of partitions.
 * Source: org.apache.kafka.tools.LeaderElectionCommand.
 */
export async function electLeaders(
  address: ClusterAddress,
  kind: ElectionKind,
  partitions: readonly TopicPartition[] | 'all',
  context: ToolContext,
): Promise<PartitionElection[]> {
  const defaults = { 'default.api.timeout.ms': '30000', 'request.timeout.ms': '15000' };
  return withSession({ ...address, defaults }, context, async (cluster) => {
    try {
      return inPartitionOrder(await elect(cluster, kind, partitions)).map(electionOf);
    } catch (error) {
      throw wholeFailure(error);
    }
  });
}

function electionOf({ topic, partition, error }: ElectionOutcome): PartitionElection {
  if (error === null) return { topic, partition, result: 'elected', error: null };
  if (error.error === 'ELECTION_NOT_NEEDED') return { topic, partition, result: 'not needed', error: null };
  return { topic, partition, result: 'failed', error: toJavaError(error) };
}

function wholeFailure(error: unknown): JavaError {
  const cause = executionFailure(error).cause as JavaError;
  if (cause.className.endsWith('.TimeoutException')) return commandFailed(ELECTION_TIMEOUT, cause);
  if (cause.className.endsWith('.ClusterAuthorizationException')) return commandFailed(ELECTION_REFUSED);
  return wrappedFailure(error);
}

/** What a JSON file names. Throws JavaError in the words of Kafka's tool. */
export async function readPartitions(file: string): Promise<TopicPartition[]> {
  const node = parseFirstJson(await readPlan(file));
  if (node === undefined) throw operationError('Replica election data is empty');
  const partitions = inJson(() => {
    const named = jsonObject(node).get('partitions');
    return named === undefined
      ? undefined
      : jsonArray(named).map((element) => {
          const one = jsonObject(element);
          return { topic: jsonString(jsonField(one, 'topic')), partition: jsonInteger(jsonField(one, 'partition')) };
        });
  });
  if (partitions === undefined) throw operationError('Replica election data is missing "partitions" field');
  const names = partitions.map(partitionName);
  const repeated = inPartitionOrder(partitions.filter((one, index) => names.indexOf(partitionName(one)) !== index));
  if (repeated.length > 0) {
    const list = [...new Set(repeated.map(partitionName))].join(', ');
    throw operationError(`Replica election data contains duplicate partitions: [${list}]`);
  }
  return partitions;
}

/** The tool wraps what the JSON library throws. */
function inJson<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof JavaError ? runtimeFailure(error) : error;
  }
}

async function readPlan(file: string): Promise<string> {
  try {
    return await readPlanFile(file);
  } catch (error) {
    throw runtimeFailure(error as JavaError);
  }
}
