import { MalformedBytesError, Reader } from '../../protocol/primitives.ts';
import { consumerProtocolSubscription } from '../../protocol/records/clients.ts';

/**
 * Topics named in the members' subscriptions; null when one of them does not parse. Every version of the consumer
 * protocol starts with version 0's fields, so only those are read (protocol guide: member metadata).
 */
export function subscribedTopicsOf(subscriptions: readonly Buffer[]): ReadonlySet<string> | null {
  const topics = new Set<string>();
  try {
    for (const subscription of subscriptions) {
      const reader = new Reader(subscription);
      reader.int16();
      for (const topic of consumerProtocolSubscription.read(reader, 0).topics) topics.add(topic);
    }
  } catch (error) {
    if (error instanceof MalformedBytesError) return null;
    throw error;
  }
  return topics;
}
