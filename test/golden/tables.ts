import * as headers from '../../src/protocol/headers.ts';
import * as messages from '../../src/protocol/messages/index.ts';
import * as clients from '../../src/protocol/records/clients.ts';
import * as clusterMetadata from '../../src/protocol/records/cluster-metadata.ts';
import * as consumerOffsets from '../../src/protocol/records/consumer-offsets.ts';
import * as raft from '../../src/protocol/records/raft.ts';
import * as shareGroupState from '../../src/protocol/records/share-group-state.ts';
import * as storage from '../../src/protocol/records/storage.ts';
import * as transactionState from '../../src/protocol/records/transaction-state.ts';
import { type Api, Table } from '../../src/protocol/schema.ts';

export const apis: readonly Api[] = Object.values(messages) as unknown as Api[];

function tablesIn(module: object): Table[] {
  return Object.values(module).filter((one): one is Table => one instanceof Table);
}

/** Every table of the protocol by Kafka's name. */
export const tables: ReadonlyMap<string, Table> = new Map(
  [
    ...apis.flatMap((api) => [api.request, api.response]),
    ...[headers, clients, clusterMetadata, consumerOffsets, raft, shareGroupState, storage, transactionState].flatMap(
      tablesIn,
    ),
  ].map((table) => [table.name.replace(/Data$/, ''), table]),
);
