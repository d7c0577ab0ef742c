import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { parseUuid } from '../uuid-text.ts';

/** A topic id as a user writes it; undefined for the id of no topic. Throws JavaError. */
export function parseTopicId(text: string): Uuid | undefined {
  const topicId = parseUuid(text);
  return topicId === ZERO_UUID ? undefined : topicId;
}
