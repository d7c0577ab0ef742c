const HTTP_WORDS = ['GET ', 'POST', 'PUT ', 'HEAD', 'DELE', 'OPTI', 'PATC', 'CONN', 'TRAC', 'PRI ', 'HTTP'];

/** Names the protocol whose first bytes would otherwise read as an absurd frame size; null when they look like none. */
export function foreignProtocol(firstBytes: Buffer): 'TLS' | 'HTTP' | 'SSH' | null {
  if (firstBytes.length < 4) return null;
  // TLS records: type 20..23, then version 3.0 .. 3.4.
  const type = firstBytes[0] as number;
  if (type >= 0x14 && type <= 0x17 && firstBytes[1] === 3 && (firstBytes[2] as number) <= 4) return 'TLS';
  const word = firstBytes.toString('latin1', 0, 4);
  if (HTTP_WORDS.includes(word)) return 'HTTP';
  return word === 'SSH-' ? 'SSH' : null;
}
