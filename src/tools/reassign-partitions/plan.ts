import { partitionName, type TopicPartition } from '../../client/admin/partition-leaders.ts';
import { JavaError } from '../../util/java-error.ts';
import {
  type JsonNode,
  jsonArray,
  jsonField,
  jsonInteger,
  jsonObject,
  jsonString,
  parseFirstJson,
} from '../json-input.ts';
import { commandFailed, operationError } from './failures.ts';

/** The broker chooses the directory. */
export const ANY_LOG_DIR = 'any';

/** Where the replicas of a partition are or should be; `logDirs` in the order of the replicas. */
export interface AssignedPartition extends TopicPartition {
  readonly replicas: readonly number[];
  readonly logDirs: readonly string[];
}

/** A replica that is to lie in a certain directory. */
export interface PlacedReplica extends TopicPartition {
  readonly brokerId: number;
  readonly logDir: string;
}

export function byTopicAndPartition(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition;
}

/** A plan as Kafka's tool reads it: versions, sizes, types; what makes no sense on a cluster is judged later. */
export function parsePlan(text: string): AssignedPartition[] {
  const node = parseFirstJson(text);
  if (node === undefined) {
    const cause = jacksonFailure(text);
    throw operationError(cause.message, cause);
  }
  const plan = versionedObject(node);
  const partitions = plan.get('partitions');
  return partitions === undefined ? [] : jsonArray(partitions).map(assignedPartition);
}

/** What a plan says about directories. */
export function placedReplicas(plan: readonly AssignedPartition[]): PlacedReplica[] {
  return plan.flatMap(({ topic, partition, replicas, logDirs }) =>
    replicas.flatMap((brokerId, index) => {
      const logDir = logDirs[index] ?? ANY_LOG_DIR;
      return logDir === ANY_LOG_DIR ? [] : [{ topic, partition, brokerId, logDir }];
    }),
  );
}

/** Names of the topics to move. */
export function parseTopics(text: string): string[] {
  const node = parseFirstJson(text);
  if (node === undefined) throw operationError('The input string is not a valid JSON');
  const topics = versionedObject(node).get('topics');
  if (topics === undefined) return [];
  return jsonArray(topics).map((one) => jsonString(jsonField(jsonObject(one), 'topic')));
}

function versionedObject(node: JsonNode): ReadonlyMap<string, JsonNode> {
  const object = jsonObject(node);
  const version = object.get('version');
  const number = version === undefined ? 1 : jsonInteger(version);
  if (number !== 1) throw operationError(`Not supported version field value ${number}`);
  return object;
}

function assignedPartition(node: JsonNode): AssignedPartition {
  const object = jsonObject(node);
  const topic = jsonString(jsonField(object, 'topic'));
  const partition = jsonInteger(jsonField(object, 'partition'));
  const replicas = jsonArray(jsonField(object, 'replicas')).map(jsonInteger);
  const dirs = object.get('log_dirs');
  const logDirs = dirs === undefined ? replicas.map(() => ANY_LOG_DIR) : jsonArray(dirs).map(jsonString);
  if (logDirs.length !== replicas.length) {
    throw commandFailed(
      `Size of replicas list ${list(replicas)} is different from size of log dirs list ${list(logDirs)} for partition ${partitionName({ topic, partition })}`,
    );
  }
  return { topic, partition, replicas, logDirs };
}

export function list(values: readonly unknown[]): string {
  return `[${values.join(', ')}]`;
}

const SOURCE = '\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled);';

/** What Jackson says about a text that is no JSON: where it does not begin as JSON, or ends too early. */
function jacksonFailure(text: string): JavaError {
  const fail = (message: string, name = 'JsonParseException') =>
    new JavaError(`com.fasterxml.jackson.core.${name}`, message);
  if (text === '') return fail("The input string shouldn't be empty\n at [Source: UNKNOWN; byte offset: #UNKNOWN]");
  const open = unclosed(text);
  if (open !== null) {
    const start = `start marker at ${SOURCE.trim().slice(3)} ${placeOf(text, open.at)}]`;
    const message = `Unexpected end-of-input: expected close marker for ${open.kind} (${start})`;
    return fail(`${message}${SOURCE} ${placeOf(text, text.length)}]`, 'io.JsonEOFException');
  }
  const at = /^\s*/.exec(text)?.[0].length ?? 0;
  const source = `${SOURCE} ${placeOf(text, at)}]`;
  const word = /^[\p{L}\p{N}_$]+/u.exec(text.slice(at))?.[0];
  const expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
  if (word !== undefined) return fail(`Unrecognized token '${word}': was expecting ${expected}${source}`);
  const character = text[at] ?? '';
  const code = character.charCodeAt(0);
  return fail(`Unexpected character ('${character}' (code ${code})): expected a valid value ${expected}${source}`);
}

function placeOf(text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  return `line: ${lines.length}, column: ${(lines.at(-1) ?? '').length + 1}`;
}

/** The innermost object or array that is still open at the end. */
function unclosed(text: string): { readonly kind: 'Object' | 'Array'; readonly at: number } | null {
  const open: number[] = [];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '{' || token === '[') open.push(index);
    else if (token === '}' || token === ']') open.pop();
  }
  const at = open.at(-1);
  return at === undefined ? null : { kind: text[at] === '{' ? 'Object' : 'Array', at };
}

/** A plan as Kafka's tool writes it, in order of topic and partition. */
export function assignmentJson(partitions: readonly AssignedPartition[]): string {
  const sorted = [...partitions].sort(byTopicAndPartition);
  return JSON.stringify({
    version: 1,
    partitions: sorted.map(({ topic, partition, replicas, logDirs }) => ({
      topic,
      partition,
      replicas,
      log_dirs: logDirs,
    })),
  });
}
