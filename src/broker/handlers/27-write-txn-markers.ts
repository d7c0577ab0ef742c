/**
 * WriteTxnMarkers v1-2: ends a transaction in partitions directly; as a client only `kafka-transactions abort` asks so.
 * One error per partition; markers into `__consumer_offsets` also settle what is pending there. v2: transaction version.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { writeTxnMarkers } from '../../protocol/messages/27-write-txn-markers.ts';
import { transactionMarker } from '../../protocol/records/control-records.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../cluster/index.ts';
import { defineHandler, type Rooms } from './handler.ts';

const APPEND_TIMEOUT_MS = 5000;

type Marker = Parameters<Rooms['groups']['completeTransaction']>[1];

async function write(topic: string, partition: number, marker: Marker, rooms: Rooms): Promise<ErrorName> {
  if (!rooms.cluster.partition(topic, partition)) return 'UNKNOWN_TOPIC_OR_PARTITION';
  if (topic === CONSUMER_OFFSETS_TOPIC) return rooms.groups.completeTransaction(partition, marker);
  const records = transactionMarker(marker.outcome, rooms.clock.now(), marker);
  const [result] = await rooms.replicas.append([{ topic, partition, records }], {
    acks: -1,
    timeoutMs: APPEND_TIMEOUT_MS,
    origin: 'coordinator',
    apiVersion: 13,
  });
  return result?.error ?? 'UNKNOWN_SERVER_ERROR';
}

export const writeTxnMarkersHandler = defineHandler(writeTxnMarkers, (rooms) => async ({ markers }) => ({
  markers: await Promise.all(
    markers.map(async ({ producerId, producerEpoch, coordinatorEpoch, transactionResult, topics }) => {
      const outcome = transactionResult ? 'commit' : 'abort';
      const marker = { producerId, producerEpoch, coordinatorEpoch, outcome } as const;
      const results = topics.map(async ({ name, partitionIndexes }) => ({
        name,
        partitions: await Promise.all(
          partitionIndexes.map(async (partitionIndex) => ({
            partitionIndex,
            errorCode: Errors[await write(name, partitionIndex, marker, rooms)],
          })),
        ),
      }));
      return { producerId, topics: await Promise.all(results) };
    }),
  ),
}));
