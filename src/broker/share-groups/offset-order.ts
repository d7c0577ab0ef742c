import { type Offset } from '../../protocol/primitives.ts';

// Math.min and Math.max take no bigints.
export function lowest(a: Offset, b: Offset): Offset {
  return a < b ? a : b;
}

export function highest(a: Offset, b: Offset): Offset {
  return a > b ? a : b;
}
