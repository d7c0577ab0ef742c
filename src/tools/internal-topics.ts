const INTERNAL_TOPICS = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state']);

/** Topics that Kafka keeps for itself, by name. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name);
}
