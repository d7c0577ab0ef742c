import { type FetchedRecords } from '../../client/consumer/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { type Deserialize, findDeserializer } from './deserializers.ts';
import { type Formatter, type FormatterProperties, type RecordsToShow } from './formatter.ts';
import { type OutputChunks } from './output-chunks.ts';

/** A short slice is copied faster byte by byte than by a call. */
const SHORT_BYTES = 40;

interface Columns {
  readonly timestamp: boolean;
  readonly partition: boolean;
  readonly offset: boolean;
  readonly delivery: boolean;
  readonly epoch: boolean;
  readonly headers: boolean;
  readonly key: boolean;
  readonly value: boolean;
}

type ColumnName = keyof Columns;
const COLUMN_NAMES: readonly ColumnName[] = [
  'timestamp',
  'partition',
  'offset',
  'delivery',
  'epoch',
  'headers',
  'key',
  'value',
];

interface Layout {
  readonly columns: readonly ColumnName[];
  readonly keySeparator: Buffer;
  readonly lineSeparator: Buffer;
  readonly headersSeparator: Buffer;
  readonly nullLiteral: Buffer;
  readonly keyDeserialize: Deserialize | undefined;
  readonly valueDeserialize: Deserialize | undefined;
  readonly headersDeserialize: Deserialize | undefined;
}

/** Java's Boolean.parseBoolean after a trim. */
function isTrue(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text.trim().toLowerCase() === 'true';
}

function readLayout(properties: FormatterProperties, logger: NamedLogger): Layout {
  const text = (name: string, otherwise: string): Buffer => Buffer.from(properties.get(name) ?? otherwise);
  return {
    columns: COLUMN_NAMES.filter((name) => isTrue(properties.get(`print.${name}`)) ?? name === 'value'),
    keySeparator: text('key.separator', '\t'),
    lineSeparator: text('line.separator', '\n'),
    headersSeparator: text('headers.separator', ','),
    nullLiteral: text('null.literal', 'null'),
    keyDeserialize: readDeserializer(properties, 'key', logger),
    valueDeserialize: readDeserializer(properties, 'value', logger),
    headersDeserialize: readDeserializer(properties, 'headers', logger),
  };
}

/** A deserializer that cannot be had is logged, and the bytes are printed as they are. */
export function readDeserializer(
  properties: FormatterProperties,
  kind: 'key' | 'value' | 'headers',
  logger: NamedLogger,
): Deserialize | undefined {
  const property = `${kind}.deserializer`;
  const className = properties.get(property);
  if (className === undefined || className === '') return undefined;
  const settings = new Map<string, string>();
  for (const [name, value] of properties) {
    if (name.startsWith(`${property}.`)) settings.set(name.slice(property.length + 1), value);
  }
  let failure: JavaError;
  try {
    const found = findDeserializer(className, settings, kind === 'key');
    if (found) return found;
    failure = new JavaError('java.lang.ClassNotFoundException', className);
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    failure = error;
  }
  logger.log('ERROR', `Unable to instantiate a deserializer from ${className}`, failure);
  return undefined;
}

export function defaultFormatter(properties: FormatterProperties, logger: NamedLogger): Formatter {
  const layout = readLayout(properties, logger);
  const isPlain = layout.columns.length === 1 && layout.columns[0] === 'value' && !layout.valueDeserialize;
  return isPlain ? new PlainValues(layout) : new ColumnFormatter(layout);
}

/** Values and nothing else, as they are: the way most records go. */
class PlainValues implements Formatter {
  private readonly layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  write(records: RecordsToShow, output: OutputChunks): void {
    const { cursor } = records;
    if (cursor.valueLength < 0) output.all(this.layout.nullLiteral);
    else output.bytes(cursor.data, cursor.valueStart, cursor.valueStart + cursor.valueLength);
    output.all(this.layout.lineSeparator);
  }

  writeMany(records: FetchedRecords, output: OutputChunks, limit: number): void {
    const { lineSeparator, nullLiteral } = this.layout;
    const { cursor } = records;
    const separatorBytes = lineSeparator.length;
    const separator = separatorBytes === 1 ? (lineSeparator[0] as number) : -1;
    let count = 0;
    while (count < limit && !output.isFull && records.next()) {
      count++;
      const isNull = cursor.valueLength < 0;
      const length = isNull ? nullLiteral.length : cursor.valueLength;
      const source = isNull ? nullLiteral : cursor.data;
      const start = isNull ? 0 : cursor.valueStart;
      if (output.at + length + separatorBytes > output.buffer.length) output.reserve(length + separatorBytes);
      const { buffer } = output;
      let { at } = output;
      if (length < SHORT_BYTES) {
        for (let from = start, end = start + length; from < end; from++) buffer[at++] = source[from] as number;
      } else {
        source.copy(buffer, at, start, start + length);
        at += length;
      }
      if (separator >= 0) buffer[at++] = separator;
      else at += lineSeparator.copy(buffer, at);
      output.at = at;
    }
  }
}

/** Source: org.apache.kafka.tools.consumer.DefaultMessageFormatter. */
class ColumnFormatter implements Formatter {
  private readonly layout: Layout;
  private readonly writers: Readonly<Record<ColumnName, (records: RecordsToShow, output: OutputChunks) => void>>;

  constructor(layout: Layout) {
    this.layout = layout;
    const { keyDeserialize, valueDeserialize } = layout;
    this.writers = {
      timestamp: (records, output) => output.text(timestampText(records)),
      partition: (records, output) => output.text(`Partition:${records.partition.partition}`),
      offset: (records, output) => output.text(`Offset:${records.cursor.offset()}`),
      delivery: ({ deliveryCount }, output) => output.text(`Delivery:${deliveryCount ?? 'NOT_PRESENT'}`),
      // Java's tools drop it before they format.
      epoch: (_records, output) => output.text('Epoch:NOT_PRESENT'),
      headers: (records, output) => this.writeHeaders(records, output),
      key: ({ cursor }, output) =>
        this.writeBytes(output, keyDeserialize, cursor.data, cursor.keyStart, cursor.keyLength),
      value: ({ cursor }, output) =>
        this.writeBytes(output, valueDeserialize, cursor.data, cursor.valueStart, cursor.valueLength),
    };
  }

  write(records: RecordsToShow, output: OutputChunks): void {
    const { columns, keySeparator, lineSeparator } = this.layout;
    for (let at = 0; at < columns.length; at++) {
      this.writers[columns[at] as ColumnName](records, output);
      output.all(at === columns.length - 1 ? lineSeparator : keySeparator);
    }
  }

  /** The null literal goes through the deserializer, too. */
  private writeBytes(
    output: OutputChunks,
    deserialize: Deserialize | undefined,
    data: Buffer,
    start: number,
    length: number,
  ): void {
    if (deserialize) {
      output.text(deserialize(length < 0 ? this.layout.nullLiteral : data.subarray(start, start + length)));
    } else if (length < 0) output.all(this.layout.nullLiteral);
    else output.bytes(data, start, start + length);
  }

  private writeHeaders(records: RecordsToShow, output: OutputChunks): void {
    const { headersDeserialize, headersSeparator } = this.layout;
    const headers = records.cursor.headers();
    if (headers.length === 0) output.text('NO_HEADERS');
    for (const [at, { key, value }] of headers.entries()) {
      if (at > 0) output.all(headersSeparator);
      output.text(`${key}:`);
      this.writeBytes(output, headersDeserialize, value ?? this.layout.nullLiteral, 0, value?.length ?? -1);
    }
  }
}

/** `CreateTime:1700000000000`. */
export function timestampText(records: RecordsToShow): string {
  const timestamp = records.cursor.timestamp();
  if (timestamp < 0n) return 'NO_TIMESTAMP';
  return `${records.currentBatch.isLogAppendTime ? 'LogAppendTime' : 'CreateTime'}:${timestamp}`;
}
