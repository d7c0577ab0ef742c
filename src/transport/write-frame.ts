import { type Socket } from 'node:net';

/**
 * Writes a frame of several parts with one system call and without joining them. The parts must not change until the
 * socket has written them. Returns false when the socket's own buffer is full (wait for 'drain').
 */
export function writeFrame(
  socket: Socket,
  parts: readonly Buffer[],
  written?: (error?: Error | null) => void,
): boolean {
  let byteCount = 0;
  for (const part of parts) byteCount += part.length;
  const size = Buffer.allocUnsafe(4);
  size.writeInt32BE(byteCount, 0);
  socket.cork();
  let hasRoom = parts.length > 0 ? socket.write(size) : socket.write(size, written);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Buffer;
    hasRoom = i === parts.length - 1 ? socket.write(part, written) : socket.write(part);
  }
  // Frames written in the same turn of the loop leave in one writev.
  process.nextTick(() => socket.uncork());
  return hasRoom;
}
