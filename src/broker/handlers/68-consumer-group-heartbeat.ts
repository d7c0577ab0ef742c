/**
 * ConsumerGroupHeartbeat v0-1 (KIP-848): joins a consumer group, keeps the membership alive, hands out partitions, leaves.
 * - Epoch 0 joins, -1 leaves, -2 is a static member's leave for now. The group's first assignment is in the first answer.
 * - A partition goes to another member after its holder said that it let go, or was removed for not doing so in time.
 * - INVALID_REQUEST, GROUP_ID_NOT_FOUND, UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, UNRELEASED_INSTANCE_ID, FENCED_INSTANCE_ID,
 *   UNSUPPORTED_ASSIGNOR, INVALID_REGULAR_EXPRESSION, GROUP_MAX_SIZE_REACHED, each with a text; UNSUPPORTED_VERSION with none.
 * - v1 adds subscriptions by pattern in RE2's syntax, and every member brings its own id. Patterns find topics that the member
 *   may describe; after a change of topics they are resolved again at most every 10 s.
 * - Joining a classic group with members makes it a consumer group of both kinds, and the leave of the last member of this
 *   protocol a classic one again, as far as group.consumer.migration.policy allows.
 * - Racks are kept, not used. Not served: expressions of more than 100,000 states, or whose matching takes seconds, which
 *   Kafka tries in spite of it: INVALID_REGULAR_EXPRESSION.
 */
import { Errors, KafkaError } from '../../protocol/errors.ts';
import { consumerGroupHeartbeat } from '../../protocol/messages/68-consumer-group-heartbeat.ts';
import { servesConsumerGroups } from './consumer-feature.ts';
import { accessOf } from './gates/index.ts';
import { defineHandler } from './handler.ts';

export const consumerGroupHeartbeatHandler = defineHandler(
  consumerGroupHeartbeat,
  ({ cluster, groups, authorizer }) =>
    async (request, { apiVersion, clientId, connection }) => {
      if (!servesConsumerGroups(cluster)) return { errorCode: Errors.UNSUPPORTED_VERSION };
      const { clientHost } = connection;
      const access = authorizer === null ? null : accessOf(authorizer, connection);
      const maySee = (topic: string) => access === null || access.may('DESCRIBE', 'TOPIC', topic);
      const makesMemberIds = apiVersion === 0;
      try {
        const { assignment, ...rest } = await groups.consumerHeartbeat({
          ...request,
          clientId: clientId ?? '',
          clientHost,
          makesMemberIds,
          maySee,
        });
        const topicPartitions = assignment?.map((topic) => ({ ...topic, partitions: [...topic.partitions] }));
        return { ...rest, assignment: topicPartitions === undefined ? null : { topicPartitions } };
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        return { errorCode: Errors[error.error], errorMessage: error.message };
      }
    },
);
