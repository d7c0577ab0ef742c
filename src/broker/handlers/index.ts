// Owns: the answer to each API key, one file per key.
// In: decoded requests from dispatch, the rooms to ask.
// Out: responses. Adding a key: its file and its line here.
import { produceHandler } from './00-produce.ts';
import { fetchHandler } from './01-fetch.ts';
import { listOffsetsHandler } from './02-list-offsets.ts';
import { apiVersionsHandler } from './18-api-versions.ts';
import { deleteRecordsHandler } from './21-delete-records.ts';
import { initProducerIdHandler } from './22-init-producer-id.ts';
import { offsetForLeaderEpochHandler } from './23-offset-for-leader-epoch.ts';
import { describeLogDirsHandler } from './35-describe-log-dirs.ts';
import { type Handler } from './handler.ts';

export type { ConnectionContext, Handle, Handler, RequestContext, Rooms } from './handler.ts';

export const handlers: readonly Handler[] = [
  produceHandler,
  fetchHandler,
  listOffsetsHandler,
  apiVersionsHandler,
  deleteRecordsHandler,
  initProducerIdHandler,
  offsetForLeaderEpochHandler,
  describeLogDirsHandler,
];
