import {
  type FailedRecord,
  openProducer,
  type Producer,
  parseProducerProperties,
} from '../../client/producer/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { userFailure } from '../user-module.ts';
import { JavaText } from './java-text.ts';
import { isPlain, type LineFormat, LineParser, ParsedLine, readLineFormat } from './line-format.ts';
import { loadRecordReader } from './load-record-reader.ts';
import { type ProducerPropertySources, producerProperties, readerProperties } from './producer-properties.ts';
import { type ReadRecord, type RecordReader } from './record-reader.ts';
import { StdinChunks } from './stdin-chunks.ts';
import { WholeLines } from './whole-lines.ts';

export interface ConsoleProducerOptions extends ProducerPropertySources {
  readonly topic: string;
  /** Wait for each record before the next is read. */
  readonly isSync: boolean;
  /** Class name of the built-in reader, or the path of a module of the user's own (see RecordReader). */
  readonly lineReader: string;
  readonly readerConfigFile: string | undefined;
  readonly readerProperties: readonly string[];
  /** Input is text as Java reads it; otherwise every byte but the line feeds counts. */
  readonly isJavaText: boolean;
  /** Stop when the topic cannot be had, instead of letting every record wait for it anew. */
  readonly stopsWithoutTopic: boolean;
}

export interface ConsoleProducerResult {
  readonly failedRecords: number;
}

const LINE_FEED = 10;
const PROMPT = '>';

/**
 * Sends what stdin holds. Records that fail on their own way are logged and counted; with `isSync`, and for lines that cannot be
 * parsed, the first failure ends the tool, after the records before it were delivered. The signal ends reading: what was read is
 * delivered. Throws JavaError. Source: org.apache.kafka.tools.ConsoleProducer.
 */
export async function produceFromConsole(
  options: ConsoleProducerOptions,
  context: ToolContext,
): Promise<ConsoleProducerResult> {
  const { topic, isJavaText } = options;
  const properties = await readerProperties(options.readerConfigFile, options.readerProperties, topic);
  const reader = await loadRecordReader(options.lineReader, properties);
  const format = reader ? null : readLineFormat(properties, isJavaText ? 'utf8' : 'latin1');
  const { properties: settings, chosen } = await producerProperties(options);
  const values = parseProducerProperties(settings);
  let failedRecords = 0;
  const log = context.logger.named('org.apache.kafka.clients.producer.internals.ErrorLoggingCallback');
  const onFailure = (record: FailedRecord): void => {
    failedRecords++;
    log.log('ERROR', failureText(record), record.error);
  };
  const { clock, logger } = context;
  const mayGrowBatches = !chosen.has('batch.size');
  const opened = await openProducer({ values, clock, logger, onFailure, mayGrowBatches });
  const run = new ConsoleRun(opened.producer, options, context);
  try {
    if (reader) await run.readRecords(reader);
    else if (format) await run.readLines(format);
  } finally {
    await opened.close();
  }
  return { failedRecords };
}

function failureText({ topic, keyLength, valueLength }: FailedRecord): string {
  const size = (length: number): string => (length < 0 ? 'null' : `${length} bytes`);
  return `Error when sending message to topic ${topic} with key: ${size(keyLength)}, value: ${size(valueLength)} with error:`;
}

/** One reading of stdin. */
class ConsoleRun {
  private readonly producer: Producer;
  private readonly options: ConsoleProducerOptions;
  private readonly context: ToolContext;
  private readonly stdin: StdinChunks;
  private readonly line = new ParsedLine();

  constructor(producer: Producer, options: ConsoleProducerOptions, context: ToolContext) {
    this.producer = producer;
    this.options = options;
    this.context = context;
    this.stdin = new StdinChunks(context.stdin, context.signal);
  }

  /** The built-in reader. */
  async readLines(format: LineFormat): Promise<void> {
    const parser = isPlain(format) ? null : new LineParser(format);
    const lines = new WholeLines((bytes, start, end) => this.takeLines(parser, bytes, start, end));
    const text = this.options.isJavaText ? new JavaText() : null;
    this.prompt(1);
    await this.stdin.each(async (chunk) => {
      if (text === null) return lines.push(chunk);
      for (const piece of text.push(chunk)) await lines.push(piece);
    });
    if (this.context.signal.aborted) return;
    for (const piece of text?.end() ?? []) await lines.push(piece);
    await lines.end();
  }

  /** A reader of the user's own. */
  async readRecords(reader: RecordReader): Promise<void> {
    try {
      for await (const record of reader.readRecords(this.stdin)) {
        if (this.context.signal.aborted) return;
        await this.sendRecord(record);
        if (this.stdin.isStopped) return;
      }
    } catch (error) {
      throw userFailure(this.options.lineReader, error);
    } finally {
      await reader.close?.();
    }
  }

  private async takeLines(parser: LineParser | null, bytes: Buffer, start: number, end: number): Promise<void> {
    const { topic, isSync, stopsWithoutTopic } = this.options;
    if (
      stopsWithoutTopic &&
      !this.producer.known(topic) &&
      !(await this.producer.openFor(topic, -1, end - start - 1))
    ) {
      this.stdin.stop();
      return;
    }
    if (isSync) await this.sendLines(parser, bytes, start, end);
    else if (parser === null) await this.producer.appendLines(topic, bytes, start, end);
    else await this.appendParsed(parser, bytes, start, end);
    if (!isSync) this.promptForLines(bytes, start, end);
  }

  /** Lines with keys, headers or null markers, without waiting for their delivery. */
  private async appendParsed(parser: LineParser, bytes: Buffer, start: number, end: number): Promise<void> {
    const { producer, line } = this;
    const timestampMs = this.context.clock.now();
    try {
      for (let at = start; at < end; ) {
        const lineEnd = bytes.indexOf(LINE_FEED, at);
        parser.parse(bytes, at, lineEnd, line);
        at = lineEnd + 1;
        const topic = line.headers === undefined ? producer.known(this.options.topic) : undefined;
        if (topic === undefined) {
          await producer.append(this.recordOf(bytes));
          continue;
        }
        const { keyStart, keyEnd, valueStart, valueEnd } = line;
        while (!producer.tryAppendSlices(topic, bytes, keyStart, keyEnd, valueStart, valueEnd, timestampMs)) {
          const keyLength = keyStart < 0 ? -1 : keyEnd - keyStart;
          if (!(await producer.makeRoom(topic, keyLength, valueStart < 0 ? -1 : valueEnd - valueStart))) break;
        }
      }
    } finally {
      producer.wake();
    }
    const topic = producer.known(this.options.topic);
    if (topic) await producer.easePressure(topic);
  }

  /** One after the other, each acknowledged before the next. */
  private async sendLines(parser: LineParser | null, bytes: Buffer, start: number, end: number): Promise<void> {
    const { line } = this;
    for (let at = start; at < end && !this.context.signal.aborted; ) {
      const lineEnd = bytes.indexOf(LINE_FEED, at);
      if (parser) parser.parse(bytes, at, lineEnd, line);
      else {
        line.valueStart = at;
        line.valueEnd = lineEnd;
      }
      await this.sendAndWait(this.recordOf(bytes));
      this.prompt(1);
      at = lineEnd + 1;
    }
  }

  private recordOf(bytes: Buffer) {
    const { keyStart, keyEnd, valueStart, valueEnd, headers } = this.line;
    return {
      topic: this.options.topic,
      key: keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd),
      value: valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd),
      headers,
    };
  }

  private async sendRecord(given: ReadRecord): Promise<void> {
    const record = {
      topic: given.topic ?? this.options.topic,
      partition: given.partition,
      timestampMs: given.timestamp,
      key: bytesOf(given.key),
      value: bytesOf(given.value),
      headers: given.headers && Array.from(given.headers, ([key, value]) => ({ key, value: bytesOf(value) })),
    };
    if (this.options.stopsWithoutTopic && !this.producer.known(record.topic)) {
      const topic = await this.producer.openFor(record.topic, record.key?.length ?? -1, record.value?.length ?? -1);
      if (topic === null) {
        this.stdin.stop();
        return;
      }
    }
    if (this.options.isSync) await this.sendAndWait(record);
    else await this.producer.append(record);
  }

  private async sendAndWait(record: Parameters<Producer['send']>[0]): Promise<void> {
    try {
      await this.producer.send(record);
    } catch (error) {
      if (!(error instanceof JavaError)) throw error;
      throw JavaError.wrap('java.util.concurrent.ExecutionException', error);
    }
  }

  private prompt(times: number): void {
    if (this.context.isInteractive) this.context.stdout.write(PROMPT.repeat(times));
  }

  private promptForLines(bytes: Buffer, start: number, end: number): void {
    if (!this.context.isInteractive) return;
    let count = 0;
    for (let at = start; at < end; at = bytes.indexOf(LINE_FEED, at) + 1) count++;
    this.prompt(count);
  }
}

function bytesOf(value: Uint8Array | string | null | undefined): Buffer | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return Buffer.from(value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
