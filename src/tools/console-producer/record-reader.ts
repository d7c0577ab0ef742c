/** One record as a reader of the user's own gives it. Text is sent as UTF-8. */
export interface ReadRecord {
  /** Absent: the topic of the command line. */
  readonly topic?: string;
  readonly key?: Uint8Array | string | null;
  readonly value?: Uint8Array | string | null;
  readonly headers?: Iterable<readonly [key: string, value: Uint8Array | string | null]>;
  /** Absent: the partitioner decides. */
  readonly partition?: number;
  /** Milliseconds since the epoch; absent: now. */
  readonly timestamp?: number;
}

/**
 * What `--line-reader ./my-reader.js` loads: the module's default export, an object of this shape or a class of it without
 * constructor arguments. It stands where Java takes the name of a class that implements RecordReader.
 *
 *     export default class {
 *       configure(properties) { this.prefix = properties.prefix ?? ''; }     // --reader-property, --reader-config, topic
 *       async *readRecords(input) {                                          // input: chunks of bytes of stdin
 *         for await (const chunk of input) yield { value: this.prefix + chunk };
 *       }
 *       close() {}                                                           // always called at the end
 *     }
 */
export interface RecordReader {
  configure?(properties: Readonly<Record<string, string>>): void | Promise<void>;
  readRecords(input: AsyncIterable<Uint8Array>): AsyncIterable<ReadRecord> | Iterable<ReadRecord>;
  close?(): void | Promise<void>;
}
