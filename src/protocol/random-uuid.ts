import { randomUUID } from 'node:crypto';
import { type Uuid } from './primitives.ts';

/** A new id as Kafka makes them: a version 4 UUID whose text does not start with a dash, so that tools take it as a value. */
export function randomUuid(): Uuid {
  for (;;) {
    const text = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
    if (!text.startsWith('-')) return text;
  }
}
