import { isUtf8 } from 'node:buffer';
import { type NamedLogger } from '../../util/log-lines.ts';
import { readDeserializer } from './default-formatter.ts';
import { type Deserialize } from './deserializers.ts';
import { type Formatter, type FormatterProperties } from './formatter.ts';

/** Deserializers whose text is a number in JSON as well. */
const NUMERIC = /\.(?:Long|Integer|Short|Float|Double)Deserializer$/;

/**
 * One JSON object per line, with these keys: topic, partition, offset, timestamp (ms, -1 for none), timestampType, deliveryCount (of
 * share groups), headers (key, value), key, value. Bytes are text when they are UTF-8, else {"base64":...}; with a deserializer they are what it makes of them.
 */
export function jsonLinesFormatter(properties: FormatterProperties, logger: NamedLogger): Formatter {
  const reader = (kind: 'key' | 'value' | 'headers') => {
    const deserialize = readDeserializer(properties, kind, logger);
    const isNumber = NUMERIC.test(properties.get(`${kind}.deserializer`) ?? '');
    return (bytes: Buffer | null) => jsonOf(bytes, deserialize, isNumber);
  };
  const [keyJson, valueJson, headerJson] = [reader('key'), reader('value'), reader('headers')];
  return {
    write(records, output) {
      const { cursor, partition } = records;
      const line = {
        topic: partition.topic,
        partition: partition.partition,
        offset: numberOrText(cursor.offset()),
        timestamp: numberOrText(cursor.timestamp()),
        timestampType: records.currentBatch.isLogAppendTime ? 'LogAppendTime' : 'CreateTime',
        ...(records.deliveryCount === undefined ? {} : { deliveryCount: records.deliveryCount }),
        headers: cursor.headers().map(({ key, value }) => ({ key, value: headerJson(value) })),
        key: keyJson(cursor.key()),
        value: valueJson(cursor.value()),
      };
      output.text(`${JSON.stringify(line)}\n`);
    },
  };
}

type Json = string | number | null | { base64: string };

function jsonOf(bytes: Buffer | null, deserialize: Deserialize | undefined, isNumber: boolean): Json {
  if (bytes === null) return null;
  if (deserialize) {
    const text = deserialize(bytes);
    const number = Number(text);
    const isExact = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
    return isNumber && isExact ? number : text;
  }
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') };
}

/** 64-bit numbers that a double cannot hold are texts. */
function numberOrText(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
