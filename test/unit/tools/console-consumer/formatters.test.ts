import { readFileSync } from 'node:fs';
import { AssignedPartition } from '../../../../src/client/consumer/assigned-partition.ts';
import { FetchedRecords } from '../../../../src/client/consumer/fetched-records.ts';
import { RecordBatch, RecordCursor, type RecordInput, singleBatch } from '../../../../src/protocol/records/index.ts';
import { findFormatter } from '../../../../src/tools/console-consumer/formatter.ts';
import { jsonLinesFormatter } from '../../../../src/tools/console-consumer/json-lines-formatter.ts';
import { OutputChunks } from '../../../../src/tools/console-consumer/output-chunks.ts';
import { type NamedLogger } from '../../../../src/util/log-lines.ts';
import { MemoryStream } from './memory-stream.ts';

const PACKAGE = 'org.apache.kafka.tools.consumer.';
const SERIALIZATION = 'org.apache.kafka.common.serialization.';

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/coordinator-records/${name}`, import.meta.url));
}

function collectLog(): { lines: string[]; logger: NamedLogger } {
  const lines: string[] = [];
  const logger: NamedLogger = {
    log: (level, text, cause) => void lines.push(`${level} ${text}${cause === undefined ? '' : ` ${cause}`}`),
    named: () => logger,
  };
  return { lines, logger };
}

function fetched(records: Buffer): FetchedRecords {
  return new FetchedRecords({
    partition: new AssignedPartition({ topic: 'T', partition: 3 }, 0n),
    records,
    fetchOffset: 0n,
    abortedTransactions: null,
    checkCrcs: true,
    cursor: new RecordCursor(),
  });
}

async function print(name: string, records: Buffer, properties: Record<string, string> = {}) {
  const { lines, logger } = collectLog();
  const formatter =
    name === 'json'
      ? jsonLinesFormatter(new Map(Object.entries(properties)), logger)
      : await findFormatter(`${PACKAGE}${name}`, new Map(Object.entries(properties)), logger);
  if (!formatter) throw new Error(`no ${name}`);
  const stream = new MemoryStream();
  const output = new OutputChunks(stream);
  const walk = fetched(records);
  if (formatter.writeMany) formatter.writeMany(walk, output, Number.POSITIVE_INFINITY);
  else while (walk.next()) formatter.write(walk, output);
  await output.finish();
  return { text: stream.text, bytes: Buffer.concat(stream.parts), lines };
}

const text = (value: string | null) => (value === null ? null : Buffer.from(value));
const record = (key: string | null, value: string | null, headers: [string, string | null][] = []): RecordInput => ({
  timestampMs: 1700000000000,
  key: text(key),
  value: text(value),
  headers: headers.map(([name, one]) => ({ key: name, value: text(one) })),
});
const THREE = singleBatch(
  [
    record('k', 'one', [
      ['h', '1'],
      ['h', null],
    ]),
    record(null, ''),
    record('', null),
  ],
  {
    baseOffset: 5n,
  },
);

describe('DefaultMessageFormatter', () => {
  it('prints values as they are, bytes untouched', async () => {
    expect((await print('DefaultMessageFormatter', THREE)).text).toBe('one\n\nnull\n');
    const raw = Buffer.from([0, 255, 13, 10, 200]);
    const long = Buffer.alloc(300_000, 7);
    const batch = singleBatch([
      { timestampMs: 1, key: null, value: raw },
      { timestampMs: 1, key: null, value: long },
    ]);
    const lineFeed = Buffer.from('\n');
    expect((await print('DefaultMessageFormatter', batch)).bytes).toEqual(
      Buffer.concat([raw, lineFeed, long, lineFeed]),
    );
  });

  it('prints the columns in their fixed order', async () => {
    const all = ['value', 'key', 'headers', 'epoch', 'delivery', 'offset', 'partition', 'timestamp'];
    const properties = Object.fromEntries(all.map((one) => [`print.${one}`, ' TRUE ']));
    expect((await print('DefaultMessageFormatter', THREE, properties)).text).toBe(
      [
        'CreateTime:1700000000000\tPartition:3\tOffset:5\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\th:1,h:null\tk\tone',
        'CreateTime:1700000000000\tPartition:3\tOffset:6\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\tNO_HEADERS\tnull\t',
        'CreateTime:1700000000000\tPartition:3\tOffset:7\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\tNO_HEADERS\t\tnull\n',
      ].join('\n'),
    );
  });

  it('tells LogAppendTime, and records without a time', async () => {
    const stamped = Buffer.from(THREE);
    new RecordBatch(stamped).setLogAppendTime(9n);
    const properties = { 'print.timestamp': 'true', 'print.value': 'false' };
    expect((await print('DefaultMessageFormatter', stamped, properties)).text).toBe('LogAppendTime:9\n'.repeat(3));
    const timeless = singleBatch([{ timestampMs: -1, key: null, value: null }]);
    expect((await print('DefaultMessageFormatter', timeless, properties)).text).toBe('NO_TIMESTAMP\n');
  });

  it('prints nothing at all when no column is wanted', async () => {
    expect((await print('DefaultMessageFormatter', THREE, { 'print.value': 'no' })).text).toBe('');
  });

  it('takes separators and the null literal literally', async () => {
    const properties = { 'print.key': 'true', 'key.separator': '\\t', 'line.separator': ';\n', 'null.literal': 'NIL' };
    expect((await print('DefaultMessageFormatter', THREE, properties)).text).toBe('k\\tone;\nNIL\\t;\n\\tNIL;\n');
    const short = { 'line.separator': '', 'null.literal': '' };
    expect((await print('DefaultMessageFormatter', THREE, short)).text).toBe('one');
  });

  it('puts what it prints through deserializers, the null literal included', async () => {
    const eight = singleBatch([{ timestampMs: 1, key: Buffer.alloc(8, 1), value: Buffer.from('ab') }]);
    const properties = {
      'print.key': 'true',
      'key.deserializer': `${SERIALIZATION}LongDeserializer`,
      'value.deserializer': `${SERIALIZATION}StringDeserializer`,
    };
    expect((await print('DefaultMessageFormatter', eight, properties)).text).toBe('72340172838076673\tab\n');
    const withoutKey = singleBatch([record(null, 'v')]);
    await expect(print('DefaultMessageFormatter', withoutKey, properties)).rejects.toThrow(
      'Size of data received by LongDeserializer is not 8',
    );
  });

  it('logs a deserializer it cannot have, and prints the bytes', async () => {
    const { text, lines } = await print('DefaultMessageFormatter', singleBatch([record(null, 'v')]), {
      'value.deserializer': 'no.such.Thing',
    });
    expect(text).toBe('v\n');
    expect(lines).toEqual([
      'ERROR Unable to instantiate a deserializer from no.such.Thing java.lang.ClassNotFoundException: no.such.Thing',
    ]);
  });
});

describe('the other formatters', () => {
  it('LoggingMessageFormatter prints and logs at INFO', async () => {
    const { text, lines } = await print('LoggingMessageFormatter', singleBatch([record('k', 'v')]), {
      'print.key': 'true',
    });
    expect(text).toBe('k\tv\n');
    expect(lines).toEqual(['INFO CreateTime:1700000000000, key:k, value:v']);
  });

  it('NoOpMessageFormatter prints nothing', async () => {
    expect((await print('NoOpMessageFormatter', THREE)).text).toBe('');
  });

  it.each([
    ['OffsetsMessageFormatter', 'consumer-offsets.log', 'offsets.txt'],
    ['GroupMetadataMessageFormatter', 'consumer-offsets.log', 'group-metadata.txt'],
    ['TransactionLogMessageFormatter', 'transaction-state.log', 'transaction-log.txt'],
    ['ShareGroupMessageFormatter', 'share-groups.log', 'share-groups.txt'],
    ['group.share.ShareGroupStateMessageFormatter', 'share-group-state.log', 'share-group-state.txt'],
  ])('%s prints the very bytes of the Java tool', async (name, segment, expected) => {
    expect((await print(name, fixture(segment))).text).toBe(fixture(expected).toString('utf8'));
  });

  it('there are no others, whatever the name', async () => {
    const { logger } = collectLog();
    for (const name of ['kafka.tools.DefaultMessageFormatter', `${PACKAGE}Other`, `${PACKAGE}constructor`]) {
      expect(await findFormatter(name, new Map(), logger)).toBeUndefined();
    }
  });
});

describe('JSON lines', () => {
  it('gives one object per record with the same keys always', async () => {
    const { text } = await print('json', THREE);
    expect(text.split('\n').map((line) => line && JSON.parse(line))).toEqual([
      {
        topic: 'T',
        partition: 3,
        offset: 5,
        timestamp: 1700000000000,
        timestampType: 'CreateTime',
        headers: [
          { key: 'h', value: '1' },
          { key: 'h', value: null },
        ],
        key: 'k',
        value: 'one',
      },
      expect.objectContaining({ offset: 6, headers: [], key: null, value: '' }),
      expect.objectContaining({ offset: 7, key: '', value: null }),
      '',
    ]);
  });

  it('carries bytes that are no text as base64, and numbers as numbers', async () => {
    const binary = singleBatch([{ timestampMs: 1, key: Buffer.from([255]), value: Buffer.alloc(8, 255) }]);
    const plain = JSON.parse((await print('json', binary)).text);
    expect([plain.key, plain.value]).toEqual([{ base64: '/w==' }, { base64: '//////////8=' }]);
    const long = { 'value.deserializer': `${SERIALIZATION}LongDeserializer` };
    expect(JSON.parse((await print('json', binary, long)).text).value).toBe(-1);
    const huge = singleBatch([{ timestampMs: 1, key: null, value: Buffer.alloc(8, 0x7f) }]);
    expect(JSON.parse((await print('json', huge, long)).text).value).toBe('9187201950435737471');
  });
});
