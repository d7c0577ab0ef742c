import { xxh3 } from '../../util/xxh3.ts';
import { type BrokerImage, type TopicImage } from '../cluster/index.ts';

/** Kafka's sign of the way a topic is hashed. */
const MAGIC = 0;

/** UTF-16 units, then their number. */
function text(value: string): Buffer {
  const bytes = Buffer.alloc(2 * value.length + 4);
  bytes.write(value, 'utf16le');
  bytes.writeInt32LE(value.length, 2 * value.length);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** Id, name, partitions and the racks of each. Source: kafka 4.3 Utils.computeTopicHash. */
function topicHash({ topicId, name, partitions }: TopicImage, brokers: ReadonlyMap<number, BrokerImage>): bigint {
  const id = Buffer.from(topicId, 'base64url');
  const parts = [Buffer.from([MAGIC]), id.subarray(0, 8).reverse(), id.subarray(8, 16).reverse(), text(name)];
  parts.push(int32(partitions.length));
  partitions.forEach(({ replicas }, partition) => {
    parts.push(int32(partition));
    const racks = replicas.flatMap((brokerId) => brokers.get(brokerId)?.rack ?? []).sort();
    for (const rack of racks) parts.push(int32(rack.length), text(rack));
  });
  return xxh3(Buffer.concat(parts));
}

/** Topic hashes by image: an image is replaced when anything of its topic changes. */
export class MetadataHashes {
  private readonly known = new WeakMap<TopicImage, bigint>();

  /** The hash that Kafka stores with a group's epoch; 0 without topics. Source: kafka 4.3 Utils.computeGroupHash. */
  of(topics: readonly TopicImage[], brokers: ReadonlyMap<number, BrokerImage>): bigint {
    if (topics.length === 0) return 0n;
    const hashes = Buffer.alloc(8 * topics.length);
    const sorted = [...topics].sort((one, other) => (one.name < other.name ? -1 : 1));
    sorted.forEach((topic, i) => {
      const hash = this.known.get(topic) ?? topicHash(topic, brokers);
      this.known.set(topic, hash);
      hashes.writeBigInt64LE(hash, 8 * i);
    });
    return xxh3(hashes);
  }
}
