// Records real traffic: a proxy between clients and a broker that keeps, per client, API key and version, the shortest
// request and its response. Usage: node record-traffic.mjs LISTEN_PORT BROKER_PORT LABEL OUT.jsonl  (stop with SIGINT).
// The broker must advertise LISTEN_PORT, so that clients stay on the proxy: advertised.listeners=PLAINTEXT://127.0.0.1:LISTEN_PORT.
import { appendFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [listenPort, brokerPort, label, out] = process.argv.slice(2);
const kept = new Map();

function splitter(onFrame) {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const size = rest.readInt32BE(0);
      onFrame(rest.subarray(4, 4 + size));
      rest = rest.subarray(4 + size);
    }
  };
}

createServer((client) => {
  const broker = connect(Number(brokerPort), '127.0.0.1');
  const waiting = new Map();
  const requests = splitter((frame) => waiting.set(frame.readInt32BE(4), Buffer.from(frame)));
  const responses = splitter((frame) => {
    const request = waiting.get(frame.readInt32BE(0));
    waiting.delete(frame.readInt32BE(0));
    if (!request) return;
    const name = `${request.readInt16BE(0)} ${request.readInt16BE(2)}`;
    const size = request.length + frame.length;
    // The longest exchange below 1500 bytes says most.
    if (size < 1500 && size > (kept.get(name)?.size ?? 0)) {
      kept.set(name, { size, request: request.toString('hex'), response: frame.toString('hex') });
    }
  });
  client.on('data', (chunk) => {
    requests(chunk);
    broker.write(chunk);
  });
  broker.on('data', (chunk) => {
    responses(chunk);
    client.write(chunk);
  });
  for (const [one, other] of [
    [client, broker],
    [broker, client],
  ]) {
    one.on('close', () => other.destroy());
    one.on('error', () => other.destroy());
  }
}).listen(Number(listenPort), '127.0.0.1');

process.on('SIGINT', () => {
  for (const [name, { request, response }] of kept) {
    const [key, version] = name.split(' ').map(Number);
    appendFileSync(out, `${JSON.stringify({ client: label, key, version, request, response })}\n`);
  }
  process.exit(0);
});
