// Frames recorded between real clients and Apache Kafka 4.3.1 (origin: test/golden/origin/record-traffic.mjs, against
// Kafka's own tools, kcat and kafkajs): headers and bodies decode to the last byte and encode to the same bytes.
import { readFileSync } from 'node:fs';
import { requestHeader, responseHeader } from '../../src/protocol/headers.ts';
import { Reader, Writer } from '../../src/protocol/primitives.ts';
import { type Api } from '../../src/protocol/schema.ts';
import { apis } from './tables.ts';

interface Exchange {
  client: string;
  key: number;
  version: number;
  request: string;
  response: string;
}

const lines = readFileSync(new URL('../fixtures/golden/traffic.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const exchanges = lines.map((line) => JSON.parse(line) as Exchange);
const API_VERSIONS = 18;

describe('recorded traffic', () => {
  it('covers the clients it names', () => {
    expect(new Set(exchanges.map((one) => one.client)).size).toBe(3);
    expect(new Set(exchanges.map((one) => one.key)).size).toBeGreaterThan(40);
  });

  it.each(exchanges.map((one) => [one.client, one.key, one.version, one] as const))(
    '%s: key %i version %i',
    (_client, key, version, { request, response }) => {
      const api = apis.find((one) => one.key === key) as Api;
      const flexible = api.request.isFlexible(version);
      const sent = new Reader(Buffer.from(request, 'hex'));
      const headerVersion = flexible ? 2 : 1;
      const header = requestHeader.read(sent, headerVersion);
      const body = api.request.read(sent, version);
      expect(sent.remaining).toBe(0);
      const again = new Writer();
      requestHeader.write(again, header, headerVersion);
      api.request.write(again, body, version);
      expect(again.toBuffer().toString('hex')).toBe(request);

      const received = new Reader(Buffer.from(response, 'hex'));
      const responseHeaderVersion = flexible && key !== API_VERSIONS ? 1 : 0;
      expect(responseHeader.read(received, responseHeaderVersion).correlationId).toBe(header.correlationId);
      const answer = api.response.read(received, version);
      expect(received.remaining).toBe(0);
      const answerAgain = new Writer();
      responseHeader.write(answerAgain, { correlationId: header.correlationId }, responseHeaderVersion);
      api.response.write(answerAgain, answer, version);
      expect(answerAgain.toBuffer().toString('hex')).toBe(response);
    },
  );
});
