/**
 * Where the two faces part, all of it: `exact` is what Apache's tool does, `comfort` is what a person or a careful script wants.
 * Faces read this table instead of asking which of them they are; each row has a test for both sides
 * (test/broker/tools/face-differences.test.ts, test/cli).
 */
export const FACE_DIFFERENCES = {
  /** `--help`: Kafka's list of options on its stream with its status, or a page on stdout with status 0. */
  helpLayout: { exact: 'option-list', comfort: 'page' },
  /** A failure is told as Kafka's tool tells it (usage errors with the list of options), or in one line with a hint. */
  failureForm: { exact: 'as-kafka', comfort: 'one-line' },
  /** A failure for which Kafka's tool reports success. */
  honestStatus: { exact: false, comfort: true },
  /** Notices about deprecated options. */
  deprecationStream: { exact: 'kafka', comfort: 'stderr' },
  /** Words that belong to no option are passed over, or passed over with a warning. */
  strayWordWarning: { exact: false, comfort: true },
  /** Log lines in log4j's layout each time, or each text once and in plain words. */
  logLayout: { exact: 'log4j', comfort: 'plain' },
  /** kafka-e2e-latency counts words before it looks for `--help` and the like; klamm looks for options first. */
  optionsBeforeWords: { exact: false, comfort: true },
  /** What `--version` prints: the Kafka version it stands for, or ours as well. */
  versionText: { exact: 'kafka', comfort: 'klamm' },
  /** On a terminal: tables, colour, questions for what is missing. */
  tables: { exact: false, comfort: true },
  colour: { exact: false, comfort: true },
  questions: { exact: false, comfort: true },
  /** The console producer's input: text as Java decodes it (CR ends a line, what is not UTF-8 is replaced), or every byte. */
  producerInput: { exact: 'java-text', comfort: 'bytes' },
  /** A topic that does not come within max.block.ms: each record waits for it anew, or the first failure ends the tool. */
  waitsPerRecord: { exact: true, comfort: false },
  /** The console consumer praises the new group protocol on stderr whenever it joins a group by the old one. */
  groupProtocolNotice: { exact: true, comfort: false },
  /** The least level that a server with a log file still prints itself. */
  serverOutputBesideLogFile: { exact: 'TRACE', comfort: 'WARN' },
  /** Server-stop without a word about which: all servers, or a question when there are several. */
  stopsAllServers: { exact: true, comfort: false },
  /** An unreachable cluster: tried for as long as the call may take, or given up after this many milliseconds. */
  connectPatienceMs: { exact: undefined, comfort: 10_000 },
  /** `--output json|table|text`. */
  outputOption: { exact: false, comfort: true },
} as const;

export type FaceName = 'exact' | 'comfort';
export type FaceDifference = keyof typeof FACE_DIFFERENCES;

type Table = typeof FACE_DIFFERENCES;

export function differs<D extends FaceDifference>(row: D, face: FaceName): Table[D]['exact'] | Table[D]['comfort'] {
  return FACE_DIFFERENCES[row][face];
}
