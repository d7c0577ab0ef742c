/**
 * CreatePartitions v0-3: raises partition counts; each topic judged on its own, texts are the controller's.
 * A name twice in one request: INVALID_REQUEST. ValidateOnly answers the same and changes nothing.
 */
import { Errors } from '../../protocol/errors.ts';
import { createPartitions } from '../../protocol/messages/37-create-partitions.ts';
import { defineHandler } from './handler.ts';
import { isRepeated } from './repeated.ts';

export const createPartitionsHandler = defineHandler(
  createPartitions,
  ({ controller }) =>
    async ({ topics, validateOnly }) => {
      const names = topics.map((one) => one.name);
      const results = [];
      for (const [i, { name, count, assignments }] of topics.entries()) {
        if (isRepeated(names, i)) {
          if (names.indexOf(name) !== i) continue;
          results.push({ name, errorCode: Errors.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' });
          continue;
        }
        const brokerIds = assignments?.map((one) => one.brokerIds) ?? null;
        const failure = await controller.createPartitions(name, count, brokerIds, validateOnly);
        const errorCode = Errors[failure?.error ?? 'NONE'];
        results.push({ name, errorCode, errorMessage: failure?.text ?? null });
      }
      return { results };
    },
);
