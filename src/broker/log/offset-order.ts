import { type Offset } from '../../protocol/primitives.ts';

export function lowest(a: Offset, b: Offset): Offset {
  return a < b ? a : b;
}

export function highest(a: Offset, b: Offset): Offset {
  return a > b ? a : b;
}

export function compareOffsets(a: Offset, b: Offset): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
