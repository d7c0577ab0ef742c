import { KafkaError } from '../../protocol/errors.ts';

export const CONSUMER_OFFSETS_TOPIC = '__consumer_offsets';
export const TRANSACTION_STATE_TOPIC = '__transaction_state';
export const SHARE_STATE_TOPIC = '__share_group_state';

/** The controllers' own log: nobody can have a topic of this name. */
export const METADATA_TOPIC = '__cluster_metadata';

export function isInternalTopic(name: string): boolean {
  return name === CONSUMER_OFFSETS_TOPIC || name === TRANSACTION_STATE_TOPIC || name === SHARE_STATE_TOPIC;
}

const MAX_LENGTH = 249;
const LEGAL = /^[a-zA-Z0-9._-]+$/;

/** Why a name cannot be a topic's; null when it can (kafka Topic.validate). */
export function topicNameFault(name: string): string | null {
  const fault = (what: string) => `Topic name is invalid: ${what}`;
  if (name === '') return fault('the empty string is not allowed');
  if (name === '.' || name === '..') return fault(`'${name}' is not allowed`);
  if (name.length > MAX_LENGTH) {
    return fault(`the length of '${name}' is longer than the max allowed length ${MAX_LENGTH}`);
  }
  if (LEGAL.test(name)) return null;
  return fault(`'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`);
}

/** Throws KafkaError INVALID_TOPIC_EXCEPTION. */
export function checkTopicName(name: string): void {
  const fault = topicNameFault(name);
  if (fault !== null) throw new KafkaError('INVALID_TOPIC_EXCEPTION', fault);
}

/** Names that only differ in "." and "_" make the same metric names, so one of them is enough. Null without either. */
export function collisionKey(name: string): string | null {
  return name.includes('.') || name.includes('_') ? name.replaceAll('.', '_') : null;
}
