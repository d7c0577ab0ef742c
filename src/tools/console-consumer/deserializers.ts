import { JavaError } from '../../util/java-error.ts';
import { doubleText, floatText } from '../../util/java-float.ts';
import { listDeserializer } from './list-deserializer.ts';

/** What a deserializer makes of bytes, as Java's `toString()` of the result prints it. Throws JavaError. */
export type Deserialize = (bytes: Buffer) => string;

export type DeserializerSettings = ReadonlyMap<string, string>;

const SERIALIZATION = 'org.apache.kafka.common.serialization';

export function serializationError(text: string, cause?: unknown): JavaError {
  return new JavaError('org.apache.kafka.common.errors.SerializationException', text, cause);
}

function sized(name: string, size: number, read: (bytes: Buffer) => string): () => Deserialize {
  return () => (bytes) => {
    if (bytes.length !== size) throw serializationError(`Size of data received by ${name}Deserializer is not ${size}`);
    return read(bytes);
  };
}

/** Java's names of the character sets that both worlds have. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
  'us-ascii': 'us-ascii',
  ascii: 'us-ascii',
  'utf-16': 'utf-16be',
  'utf-16be': 'utf-16be',
  'utf-16le': 'utf-16le',
};

/** An encoded surrogate is one bad character to Java, three to the decoder here. */
const ENCODED_SURROGATE = /\xed[\xa0-\xbf][\x80-\xbf]/g;

function utf8Text(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd') || !bytes.includes(0xed)) return text;
  return Buffer.from(bytes.toString('latin1').replace(ENCODED_SURROGATE, '\xef\xbf\xbd'), 'latin1').toString('utf8');
}

function decoder(settings: DeserializerSettings, isKey: boolean): Deserialize {
  const given =
    settings.get(`${isKey ? 'key' : 'value'}.deserializer.encoding`) ?? settings.get('deserializer.encoding');
  const encoding = ENCODINGS[(given ?? 'utf-8').toLowerCase()];
  switch (encoding) {
    case 'utf-8':
      return utf8Text;
    case 'latin1':
      return (bytes) => bytes.toString('latin1');
    case 'us-ascii':
      return (bytes) => bytes.toString('latin1').replace(/[\x80-\xff]/g, '\ufffd');
    case undefined:
      return () => {
        throw serializationError(`Error when deserializing byte[] to string due to unsupported encoding ${given}`);
      };
    default: {
      const utf16 = new TextDecoder(encoding);
      return (bytes) => utf16.decode(bytes);
    }
  }
}

/** Printable ASCII as it is, all else as \xNN. Source: org.apache.kafka.common.utils.Bytes.toString. */
function bytesText(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x5c;
    text += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

function booleanText(bytes: Buffer): string {
  if (bytes[0] === 1) return 'true';
  if (bytes[0] === 0) return 'false';
  throw serializationError(`Unexpected byte received for BooleanDeserializer: ${bytes.readInt8()}`);
}

/** Source: java.util.UUID.fromString: groups may be short, the text form is not. */
function uuidText(settings: DeserializerSettings, isKey: boolean): Deserialize {
  const decode = decoder(settings, isKey);
  return (bytes) => {
    const groups = decode(bytes).split('-');
    const widths = [8, 4, 4, 4, 12];
    if (groups.length !== 5 || !groups.every((one) => /^[0-9a-fA-F]{1,16}$/.test(one))) {
      throw serializationError('Error parsing data into UUID');
    }
    return groups
      .map((one, at) => {
        const width = widths[at] as number;
        return one.toLowerCase().padStart(width, '0').slice(-width);
      })
      .join('-');
  };
}

type Make = (settings: DeserializerSettings, isKey: boolean) => Deserialize;

const DESERIALIZERS: Readonly<Record<string, Make>> = {
  String: decoder,
  Long: sized('Long', 8, (bytes) => bytes.readBigInt64BE().toString()),
  Integer: sized('Integer', 4, (bytes) => String(bytes.readInt32BE())),
  Short: sized('Short', 2, (bytes) => String(bytes.readInt16BE())),
  Float: sized('Float', 4, (bytes) => floatText(bytes.readFloatBE())),
  Double: sized('Double', 8, (bytes) => doubleText(bytes.readDoubleBE())),
  Boolean: sized('Boolean', 1, booleanText),
  UUID: uuidText,
  Bytes: () => bytesText,
  // Java prints an address here, another one in every run.
  ByteArray: () => () => '[B@0',
  ByteBuffer: () => (bytes) => `java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]`,
  Void: () => () => {
    throw new JavaError('java.lang.IllegalArgumentException', 'Data should be null for a VoidDeserializer.');
  },
  List: (settings, isKey) => listDeserializer(settings, isKey, findDeserializer),
};

/** By full class name; undefined: there is no such deserializer here. Throws JavaError when its settings do not do. */
export function findDeserializer(
  className: string,
  settings: DeserializerSettings,
  isKey: boolean,
): Deserialize | undefined {
  const name = /^(.*)\.(\w+)Deserializer$/.exec(className);
  if (name?.[1] !== SERIALIZATION) return undefined;
  return DESERIALIZERS[name[2] as string]?.(settings, isKey);
}
