import { connect } from 'node:net';

/** Frames written at once. */
const BURST = 24;
/** How long a burst may wait for an answer: some requests poll or wait for a group. */
const PATIENCE_MS = 150;

/**
 * One connection at a time, over which bursts of frames go. When the broker closes it, the frame behind the last answer was to
 * blame: the ones behind that are sent again on the next connection, so that every frame is taken by the broker.
 */
export class Lane {
  constructor(port, number, mutator) {
    this.port = port;
    // Several addresses: a closed connection keeps its port for a while.
    this.localAddress = `127.0.0.${2 + (number % 200)}`;
    this.mutator = mutator;
    this.socket = null;
    this.queue = [];
    this.sentTo = 0;
    this.nextId = 1;
  }

  /** Sends frames until `isDone`; `onFrame` is told of each that the broker has dealt with. */
  async run(isDone, onFrame) {
    while (!isDone()) {
      while (this.queue.length < BURST) {
        const id = this.nextId++;
        this.queue.push({ id, bytes: this.mutator.framed(this.mutator.next(), id) });
      }
      const dealtWith = await this.sendBurst();
      this.queue.splice(0, dealtWith);
      onFrame(dealtWith);
    }
    this.socket?.destroy();
  }

  /** Answers how many frames of the queue are dealt with. */
  sendBurst() {
    return new Promise((resolve) => {
      const socket = this.socket ?? connect({ port: this.port, host: '127.0.0.1', localAddress: this.localAddress });
      this.socket = socket;
      socket.removeAllListeners();
      const last = this.queue.at(-1).id;
      const first = this.queue[0].id;
      let answered = first - 1;
      let pending = Buffer.alloc(0);
      let timer = null;
      const end = (count, isUsable) => {
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        if (!isUsable) {
          socket.destroy();
          this.socket = null;
        }
        resolve(Math.min(Math.max(count, 1), this.queue.length));
      };
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => end(answered - first + 2, false), PATIENCE_MS);
      };
      socket.on('data', (chunk) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        while (pending.length >= 8 && pending.length >= 4 + pending.readInt32BE(0)) {
          const id = pending.readInt32BE(4);
          if (id >= first && id <= last) answered = Math.max(answered, id);
          pending = pending.subarray(4 + pending.readInt32BE(0));
        }
        if (answered === last) end(this.queue.length, true);
        else wait();
      });
      socket.on('error', () => undefined);
      // The one behind the last answer ended it.
      socket.on('close', () => end(answered - first + 2, false));
      socket.write(Buffer.concat(this.queue.map(({ bytes }) => bytes)));
      wait();
    });
  }
}
