import { type BrokerImage, type PartitionImage, type TopicImage } from '../../../../src/broker/cluster/types.ts';
import { MetadataHashes } from '../../../../src/broker/groups/metadata-hash.ts';

const topic = (name: string, topicId: string, partitionCount: number, replicas = [1]): TopicImage => {
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ partition, replicas }));
  return { name, topicId, isInternal: false, partitions: partitions as unknown as PartitionImage[] };
};
const brokers = (...racks: (string | null)[]) =>
  new Map(racks.map((rack, i) => [i + 1, { brokerId: i + 1, rack } as unknown as BrokerImage]));

const topics = [
  topic('orders', 'IkJYMAz4Sh26GBji3YefaQ', 2),
  topic('clicks.eu', 'MkU3OEVBNTcwNTJENDM2Qg', 12),
] as const;

describe("the hash of a group's topics", () => {
  const hash = (images: readonly TopicImage[], racks: (string | null)[] = [null]) =>
    new MetadataHashes().of(images, brokers(...racks));

  // Written by Apache Kafka 4.3.1 into __consumer_offsets.
  it('is the one that Kafka computes', () => {
    expect(hash([topic('mix-static-r1', 'IkJYMAz4Sh26GBji3YefaQ', 2)])).toBe(-9057856184344062836n);
  });

  it('is 0 without topics, and does not depend on their order', () => {
    expect(hash([])).toBe(0n);
    expect(hash([topics[1], topics[0]])).toBe(hash(topics));
  });

  it('changes with partitions, ids and racks', () => {
    const [orders] = topics;
    const others = [
      hash([topic('orders', 'IkJYMAz4Sh26GBji3YefaQ', 3)]),
      hash([topic('orders', 'IkJYMAz4Sh26GBji3YefbQ', 2)]),
      hash([orders], ['a']),
      hash([topic('orders', orders.topicId, 2, [1, 2])], ['a', 'b']),
      hash([topic('orders', orders.topicId, 2, [2, 1])], ['b', 'c']),
    ];
    expect(new Set([hash([orders]), ...others]).size).toBe(6);
  });
});
