import { freePorts } from '../scripts/ports.mjs';

export { isListening } from '../scripts/ports.mjs';

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}
