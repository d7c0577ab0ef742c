import { isIP } from 'node:net';

/** An address, or a name that resolves to one. */
export async function isHost(text: string): Promise<boolean> {
  if (isIP(text) !== 0) return true;
  // Java takes nothing for the local host.
  if (text === '') return true;
  const { lookup } = await import('node:dns/promises');
  return lookup(text).then(
    () => true,
    () => false,
  );
}
