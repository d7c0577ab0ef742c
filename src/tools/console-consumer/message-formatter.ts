/** A record as a formatter of the user's own gets it. The Buffers are its to keep. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch; -1: none. */
  readonly timestamp: bigint;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly leaderEpoch: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
}

/** Standard output. */
export interface FormatterOutput {
  /** Text leaves as UTF-8. Nothing is added, no newline either. */
  write(chunk: string | Uint8Array): void;
}

/**
 * What `--formatter ./my-formatter.js` loads: the module's default export, an object of this shape or a class of it without
 * constructor arguments. It stands where Java takes the name of a class that implements MessageFormatter.
 *
 *     export default class {
 *       configure(properties) { this.separator = properties['my.separator'] ?? ' '; }
 *       writeTo({ key, value }, output) { output.write(`${key}${this.separator}${value}\n`); }
 *       close() {}
 *     }
 */
export interface MessageFormatter {
  /** Once, before the first record: --formatter-property, --formatter-config, --key-deserializer and the like. */
  configure?(properties: Readonly<Record<string, string>>): void | Promise<void>;
  /** Records of one partition come in order. What it throws ends the tool, or with --skip-message-on-error skips the record. */
  writeTo(record: ConsumedRecord, output: FormatterOutput): void;
  /** Once, at the end, also after a failure. */
  close?(): void | Promise<void>;
}
