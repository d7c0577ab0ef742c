/**
 * StreamsGroupHeartbeat v0 (KIP-1071): answered as by a broker with streams.version=0, which advertises it all the same.
 * - **Not served**: streams groups; their coordinator is a part of Kafka Streams that lives in the broker. UNSUPPORTED_VERSION
 *   without a text, for every request. Streams applications of the classic protocol work.
 */
import { Errors } from '../../protocol/errors.ts';
import { streamsGroupHeartbeat } from '../../protocol/messages/88-streams-group-heartbeat.ts';
import { defineHandler } from './handler.ts';

export const streamsGroupHeartbeatHandler = defineHandler(streamsGroupHeartbeat, () => () => ({
  errorCode: Errors.UNSUPPORTED_VERSION,
}));
