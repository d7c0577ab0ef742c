import { type Socket } from 'node:net';
import { FrameSizeError, FrameSplitter, foreignProtocol, writeFrame } from '../../transport/index.ts';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type RequestMemory } from './request-memory.ts';
import { type RequestQueue } from './request-queue.ts';
import { type Answer, type AnswerRequest, type ConnectionInfo } from './types.ts';

/** How far a client may pipeline while a request is in work before we stop reading from its socket. */
const READ_AHEAD_BYTES = 256 * 1024;

export interface ConnectionOptions {
  readonly info: Omit<ConnectionInfo, 'closed' | 'throttle' | 'closeAfterAnswer' | 'park'>;
  readonly maxRequestBytes: number;
  readonly memory: RequestMemory;
  readonly queue: RequestQueue;
  readonly answerRequest: AnswerRequest;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The bytes kept for a client that reads too slowly changed by this much. */
  readonly onUnsent: (changeBytes: number) => void;
  readonly onClosed: (connection: Connection) => void;
}

/**
 * One client. Requests are answered strictly in order, one in work at a time; the next one is taken when the answer has
 * left for the operating system (Kafka mutes the channel likewise), so a client that does not read holds one answer at most.
 */
export class Connection {
  readonly info: ConnectionInfo;
  lastActiveMs: number;
  private readonly socket: Socket;
  private readonly options: ConnectionOptions;
  private readonly splitter: FrameSplitter;
  private readonly closing = new AbortController();
  private isInWork = false;
  /** Taken from the memory of all requests, for the one that comes in or is in work. */
  private heldBytes = 0;
  /** A request has begun, and there is no memory for the rest of it. */
  private isStarved = false;
  /** Too many requests of all connections wait for their turn. */
  private isHeldUp = false;
  /** The request in work has a place in the queue's count. */
  private hasPlace = false;
  private readonly readOn = () => {
    this.isHeldUp = false;
    this.goOn();
  };
  /** Above 0 while the client reads slower than we answer. */
  private unsentBytes = 0;
  /** Requests are not taken before. */
  private throttledUntilMs = 0;
  private throttleTimer: Timer | null = null;
  private isDraining = false;
  private isClosed = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket;
    this.options = options;
    this.info = {
      ...options.info,
      closed: this.closing.signal,
      throttle: (durationMs) => this.throttle(durationMs),
      closeAfterAnswer: () => {
        this.isDraining = true;
      },
      park: () => this.leavePlace(),
    };
    this.splitter = new FrameSplitter(options.maxRequestBytes);
    this.lastActiveMs = options.clock.now();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('drain', () => this.onDrain());
    // Clients that vanish are everyday business, not an operator's.
    socket.on('error', (error) => this.options.logger.log('DEBUG', `Connection with ${this.peer} disconnected`, error));
    socket.on('close', () => this.onSocketClosed());
  }

  /** We owe an answer, or do not read the request: the client has nothing to be idle about. */
  get isOurTurn(): boolean {
    return this.isInWork || this.isHeldUp || this.isStarved;
  }

  private get isBusy(): boolean {
    return this.isInWork || this.unsentBytes > 0;
  }

  private get mayTake(): boolean {
    return !this.isBusy && this.throttleTimer === null;
  }

  private get peer(): string {
    return this.info.clientHost;
  }

  /** Ends the connection at once; what is in work is told through `info.closed`. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Takes no further requests; closes when the one in work is answered. */
  finishAndClose(): void {
    this.isDraining = true;
    // Not destroy(): earlier answers may still be on their way to the socket.
    if (!this.isBusy) this.socket.destroySoon();
  }

  private onData(chunk: Buffer): void {
    this.lastActiveMs = this.options.clock.now();
    this.splitter.push(chunk);
    if (this.mayTake) this.takeRequests();
    this.limitReadAhead();
  }

  /** The longest of several delays counts. */
  private throttle(durationMs: number): void {
    const { clock } = this.options;
    const untilMs = clock.now() + durationMs;
    if (this.isClosed || untilMs <= this.throttledUntilMs) return;
    this.throttledUntilMs = untilMs;
    this.throttleTimer?.cancel();
    this.throttleTimer = clock.after(durationMs, () => {
      this.throttleTimer = null;
      this.goOn();
    });
  }

  private limitReadAhead(): void {
    if (this.isClosed) return;
    // Without a request in work all that is buffered is part of one frame, bounded by its checked size.
    const isAhead = !this.mayTake && this.splitter.bufferedBytes >= READ_AHEAD_BYTES;
    if (isAhead || this.isStarved || this.isHeldUp) this.socket.pause();
    else if (this.socket.isPaused()) this.socket.resume();
  }

  private takeRequests(): void {
    try {
      while (this.mayTake && !this.isClosed && !this.isDraining) {
        if (this.splitter.bufferedBytes > 0 && !this.options.queue.mayRead(this.readOn)) {
          this.isHeldUp = true;
          return;
        }
        const frame = this.splitter.next();
        if (frame === null) {
          this.reserve();
          return;
        }
        this.hold(frame.length);
        this.queueUp(frame);
      }
    } catch (error) {
      if (!(error instanceof FrameSizeError)) throw error;
      this.refuse(error);
    }
  }

  /** The bytes of what waits are held, and its client waits for the answer, so it is in work as far as this room knows. */
  private queueUp(frame: Buffer): void {
    const { queue } = this.options;
    if (queue.tryEnter()) {
      const answer = this.work(frame);
      if (!(answer instanceof Promise)) {
        this.finish();
        this.deliver(answer);
        return;
      }
      void answer.then((late) => this.onLateAnswer(late));
    } else queue.wait(() => void Promise.resolve(this.work(frame)).then((late) => this.onLateAnswer(late)));
    this.isInWork = true;
  }

  private work(frame: Buffer): Answer | Promise<Answer> {
    this.hasPlace = true;
    return this.options.answerRequest(frame, this.info);
  }

  private finish(): void {
    this.isInWork = false;
    this.leavePlace();
    this.letGo();
  }

  private leavePlace(): void {
    if (!this.hasPlace) return;
    this.hasPlace = false;
    this.options.queue.leave();
  }

  /** Room for a request that has begun. */
  private reserve(): void {
    const byteCount = this.splitter.announcedBytes;
    if (byteCount <= 0 || this.heldBytes > 0 || this.isStarved) return;
    this.isStarved = !this.options.memory.tryTake(byteCount, () => {
      this.isStarved = false;
      if (this.isClosed) return;
      this.reserve();
      this.limitReadAhead();
    });
    if (!this.isStarved) this.heldBytes = byteCount;
  }

  private hold(byteCount: number): void {
    if (this.heldBytes > 0) return;
    this.heldBytes = byteCount;
    this.options.memory.take(byteCount);
  }

  private letGo(): void {
    this.options.memory.giveBack(this.heldBytes);
    this.heldBytes = 0;
  }

  private onLateAnswer(answer: Answer): void {
    this.finish();
    if (this.isClosed) return;
    this.deliver(answer);
    this.goOn();
  }

  private deliver(answer: Answer): void {
    this.lastActiveMs = this.options.clock.now();
    if (answer === 'no-answer') return;
    if (answer === 'close-connection') this.finishAndClose();
    else if (!writeFrame(this.socket, answer)) this.setUnsent(this.socket.writableLength);
  }

  private onDrain(): void {
    this.lastActiveMs = this.options.clock.now();
    this.setUnsent(0);
    this.goOn();
  }

  private setUnsent(byteCount: number): void {
    this.options.onUnsent(byteCount - this.unsentBytes);
    this.unsentBytes = byteCount;
  }

  private goOn(): void {
    this.takeRequests();
    if (this.isDraining) this.finishAndClose();
    this.limitReadAhead();
  }

  private refuse(error: FrameSizeError): void {
    const firstBytes = Buffer.alloc(4);
    firstBytes.writeInt32BE(error.size);
    const foreign = foreignProtocol(firstBytes);
    const why = foreign ? `${foreign} spoken on listener ${this.info.listenerName}` : error.message;
    this.options.logger.log('WARN', `Closing connection ${this.info.id} from ${this.peer}: ${why}`);
    this.finishAndClose();
  }

  private onSocketClosed(): void {
    this.isClosed = true;
    this.throttleTimer?.cancel();
    this.splitter.clear();
    this.options.queue.forget(this.readOn);
    this.setUnsent(0);
    // What is in work keeps its bytes until it is answered; what waits will be handled, as in Kafka.
    if (!this.isInWork) this.letGo();
    this.closing.abort();
    this.options.onClosed(this);
  }
}
