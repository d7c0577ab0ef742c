/**
 * CreatePartitions v0-3: raises partition counts; each topic judged on its own, texts are the controller's.
 * A name twice in one request: INVALID_REQUEST. ValidateOnly answers the same and changes nothing.
 * controller_mutation_rate counts added partitions: from v3 on THROTTLING_QUOTA_EXCEEDED, before that a delay.
 */
import { Errors } from '../../protocol/errors.ts';
import { createPartitions } from '../../protocol/messages/37-create-partitions.ts';
import { defineHandler } from './handler.ts';
import { delayed, mutationQuota } from './quota-client.ts';
import { Repetitions } from './repeated.ts';

const STRICT_QUOTA_SINCE = 3;

export const createPartitionsHandler = defineHandler(
  createPartitions,
  (rooms) =>
    async ({ topics, validateOnly }, context) => {
      const quota = mutationQuota(rooms, context, STRICT_QUOTA_SINCE);
      const repetitions = new Repetitions(topics.map((one) => one.name));
      const results = [];
      for (const [i, { name, count, assignments }] of topics.entries()) {
        if (repetitions.isRepeated(name)) {
          if (!repetitions.isFirst(i)) continue;
          results.push({ name, errorCode: Errors.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' });
          continue;
        }
        const brokerIds = assignments?.map((one) => one.brokerIds) ?? null;
        const failure = await rooms.controller.createPartitions(name, count, brokerIds, validateOnly, quota.charge);
        const errorCode = Errors[failure?.error ?? 'NONE'];
        results.push({ name, errorCode, errorMessage: failure?.text ?? null });
      }
      return { throttleTimeMs: delayed(context, quota.throttleMs()), results };
    },
);
