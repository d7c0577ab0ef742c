import { Reader } from '../primitives.ts';

/** Kinds of control records by the number in their key (protocol guide: control batches and markers). */
export const CONTROL_TYPES = {
  abort: 0,
  commit: 1,
  leaderChange: 2,
  snapshotHeader: 3,
  snapshotFooter: 4,
  kRaftVersion: 5,
  kRaftVoters: 6,
} as const;
export type ControlType = keyof typeof CONTROL_TYPES;

const NAMES = Object.keys(CONTROL_TYPES) as ControlType[];

/** What a control record's key says; null for a kind this code does not know. Throws MalformedBytesError. */
export function readControlType(key: Buffer): ControlType | null {
  const reader = new Reader(key);
  reader.int16(); // version of the key: later ones keep these two fields
  return NAMES[reader.int16()] ?? null;
}

export function controlKey(type: ControlType): Buffer {
  const key = Buffer.alloc(4);
  key.writeInt16BE(CONTROL_TYPES[type], 2);
  return key;
}
