/** A process of its own, so that memory can be told: what lies cost together, and what the costliest true count costs. */
import { MalformedBytesError, Reader } from '../../../src/protocol/primitives.ts';
import { apis } from '../../golden/tables.ts';
import { hostileValues, type LengthMark, replaced, smallMessage } from './hostile-lengths.ts';

const MAX_ELEMENTS = 10_000;

const requests = apis.map(({ name, request }) => ({ name, request, version: request.versions.last }));

function isRefused(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error;
    return true;
  }
}

function lies(): number {
  const before = process.resourceUsage().maxRSS;
  for (const { request, version } of requests) {
    const { bytes, marks } = smallMessage(request, version);
    for (const mark of marks) {
      for (const value of hostileValues(mark)) {
        const hostile = replaced(bytes, mark, value);
        isRefused(() => request.read(new Reader(hostile), version));
      }
    }
  }
  return (process.resourceUsage().maxRSS - before) * 1024;
}

function countBytes({ form }: LengthMark, count: number): Buffer {
  const bytes = Buffer.alloc(form === 'int32' ? 4 : 5);
  if (form === 'int32') bytes.writeInt32BE(count);
  else for (let i = 0; i < 5; i++) bytes[i] = (((count + 1) >>> (7 * i)) & 0x7f) | (i < 4 ? 0x80 : 0);
  return bytes;
}

/** The message with an array that has truly so many elements. */
function filled(bytes: Buffer, mark: LengthMark, count: number): Buffer {
  const element = Buffer.from(mark.element);
  const end = mark.at + (mark.form === 'int32' ? 4 : 1) + element.length;
  const elements = Buffer.concat(new Array<Buffer>(count).fill(element));
  return Buffer.concat([bytes.subarray(0, mark.at), countBytes(mark, count), elements, bytes.subarray(end)]);
}

const liesGrownBytes = lies();
const refusedFrames: string[] = [];
const acceptedFrames: string[] = [];
let mostBytesPerElement = 0;
let mostGrownFrame = '';
for (const { name, request, version } of requests) {
  const { bytes, marks } = smallMessage(request, version);
  for (const mark of marks) {
    if (mark.what !== 'array' || mark.isTagged || mark.path.includes('[]')) continue;
    const path = `${name}${mark.path}`;
    const read = (frame: Buffer) => request.read(new Reader(frame, 0, frame.length, MAX_ELEMENTS), version);
    const many = filled(bytes, mark, MAX_ELEMENTS + 1);
    (isRefused(() => read(many)) ? refusedFrames : acceptedFrames).push(path);
    const inner = marks.filter((one) => one.what === 'array' && one.path.startsWith(`${mark.path}[]`)).length;
    const most = filled(bytes, mark, Math.floor(MAX_ELEMENTS / (1 + inner)) - 100);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const value = read(most);
    globalThis.gc?.();
    const grownBytes = (process.memoryUsage().heapUsed - before) / MAX_ELEMENTS;
    if (value !== null && grownBytes > mostBytesPerElement)
      [mostBytesPerElement, mostGrownFrame] = [grownBytes, `${path} in ${most.length} bytes`];
  }
}
process.stdout.write(
  JSON.stringify({ liesGrownBytes, refusedFrames, acceptedFrames, mostBytesPerElement, mostGrownFrame }),
);
