import { type ErrorName } from '../../protocol/errors.ts';

/** PRODUCER_FENCED is newer than some clients: below `since` they are told INVALID_PRODUCER_EPOCH (KIP-588). */
export function toldWhenFenced(error: ErrorName, apiVersion: number, since: number): ErrorName {
  return error === 'PRODUCER_FENCED' && apiVersion < since ? 'INVALID_PRODUCER_EPOCH' : error;
}
