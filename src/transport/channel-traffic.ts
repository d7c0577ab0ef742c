/** What went over the connections to one broker, in requests and bytes; sizes count the four bytes before a frame. */
export class ChannelTraffic {
  connectionTotal = 0;
  closeTotal = 0;
  requestTotal = 0;
  requestBytes = 0;
  requestBytesMax = 0;
  responseTotal = 0;
  responseBytes = 0;

  sent(frameParts: readonly Buffer[]): void {
    let byteCount = 4;
    for (const part of frameParts) byteCount += part.length;
    this.requestTotal++;
    this.requestBytes += byteCount;
    if (byteCount > this.requestBytesMax) this.requestBytesMax = byteCount;
  }

  received(frame: Buffer): void {
    this.responseTotal++;
    this.responseBytes += frame.length + 4;
  }
}
