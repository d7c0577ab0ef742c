import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { startBroker } from '../../src/broker/daemon.ts';
import { AclOperation } from '../../src/protocol/enums.ts';
import { requestHeader } from '../../src/protocol/headers.ts';
import { describeAcls } from '../../src/protocol/messages/29-describe-acls.ts';
import { Reader, Writer } from '../../src/protocol/primitives.ts';
import { systemClock } from '../../src/util/clock.ts';
import { TestBroker, testProperties } from './harness.ts';

const folder = new URL('../fixtures/tls/', import.meta.url);
const path = (name: string) => new URL(name, folder).pathname;
const file = (name: string) => readFileSync(new URL(name, folder));

const PROPERTIES = {
  listeners: 'SSL://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
  'inter.broker.listener.name': 'SSL',
  'listener.security.protocol.map': 'SSL:SSL,CONTROLLER:PLAINTEXT',
  'ssl.keystore.location': path('server.p12'),
  'ssl.keystore.password': 'changeit',
  'ssl.truststore.location': path('trust.p12'),
  'ssl.truststore.password': 'changeit',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
};

async function handshake(port: number, certificate?: string): Promise<TLSSocket> {
  const own = certificate === undefined ? {} : { cert: file(certificate), key: file(certificate) };
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: file('ca.pem'), ...own });
  await once(socket, 'secureConnect');
  return socket;
}

/** The refusal of DescribeAcls names the principal that was refused. */
async function whoAmI(port: number, certificate?: string): Promise<string | undefined> {
  const socket = await handshake(port, certificate);
  const writer = new Writer();
  requestHeader.write(writer, { requestApiKey: 29, requestApiVersion: 1, clientId: 'x' }, 1);
  const any = { resourceTypeFilter: 1, patternTypeFilter: 1, operation: AclOperation.ANY, permissionType: 1 };
  describeAcls.request.write(writer, { ...any, resourceNameFilter: null, principalFilter: null, hostFilter: null }, 1);
  const body = Buffer.concat(writer.finish());
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  socket.write(Buffer.concat([size, body]));
  try {
    const ended = once(socket, 'close').then(() => Promise.reject(new Error('the connection has ended')));
    const [answer] = (await Promise.race([once(socket, 'data'), ended])) as [Buffer];
    ended.catch(() => undefined);
    const { errorMessage } = describeAcls.response.read(new Reader(answer.subarray(8)), 1);
    return /Session\((.*),\/127\.0\.0\.1\)/.exec(errorMessage ?? '')?.[1];
  } finally {
    socket.destroy();
  }
}

describe('a listener that speaks TLS', () => {
  it('knows a client by the name in its certificate, and takes those without one if it may', async () => {
    const broker = await TestBroker.start({ properties: { ...PROPERTIES, 'ssl.client.auth': 'requested' } });
    try {
      expect(await whoAmI(broker.port)).toBe('User:ANONYMOUS');
      const name = '1.2.840.113549.1.9.1=#16056140622e63,CN=alice,OU=Sales,O=Acme\\, Inc.,C=US';
      expect(await whoAmI(broker.port, 'client.pem')).toBe(`User:${name}`);
      await expect(whoAmI(broker.port, 'stranger.pem')).rejects.toThrow();
    } finally {
      await broker.stop();
    }
  });

  it('insists on certificates if told so, and maps their names', async () => {
    const broker = await TestBroker.start({
      properties: {
        ...PROPERTIES,
        'listener.name.ssl.ssl.keystore.type': 'PEM',
        'listener.name.ssl.ssl.keystore.location': path('server.pem'),
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': path('ca.pem'),
        'ssl.client.auth': 'required',
        'ssl.principal.mapping.rules': 'RULE:^.*CN=(\\w+),.*$/$1/U',
      },
    });
    try {
      expect(await whoAmI(broker.port, 'client.pem')).toBe('User:ALICE');
      await expect(whoAmI(broker.port)).rejects.toThrow();
    } finally {
      await broker.stop();
    }
  });

  it('lasts no longer than the broker, also in the middle of a handshake', async () => {
    const broker = await TestBroker.start({ properties: PROPERTIES });
    const { connect: connectPlain } = await import('node:net');
    const silent = connectPlain(broker.port, '127.0.0.1');
    await once(silent, 'connect');
    silent.on('error', () => undefined);
    const open = await handshake(broker.port);
    const closed = Promise.all([once(open, 'close'), once(silent, 'close')]);
    open.on('error', () => undefined);
    await broker.stop();
    await closed;
  });

  it.each([
    [
      { 'ssl.keystore.location': path('none.p12') },
      /Failed to load SSL keystore .*none.p12 of type JKS: there is no such file/,
    ],
    [{ 'ssl.keystore.password': 'other' }, /Failed to load SSL keystore .*server.p12/],
    [{ 'ssl.keystore.location': path('trust.jks') }, /trust.jks of type JKS: klamm reads PEM and PKCS12/],
    [{ 'ssl.truststore.location': path('trust.jks') }, /Failed to load SSL truststore .*trust.jks/],
    [{ 'ssl.truststore.password': 'other' }, /truststore .*trust.p12 of type JKS: the password is wrong/],
    [{ 'ssl.keystore.key': 'x' }, /SSL private key can be specified only for PEM/],
    [{ 'ssl.client.auth': 'perhaps' }, /ssl.client.auth/],
  ])('is refused when it cannot be served: %j', async (wrong, text) => {
    const silent = { log: () => undefined, named: () => silent };
    const given = { ...testProperties('/nowhere'), ...PROPERTIES, ...wrong };
    const options = { properties: new Map(Object.entries(given)), clock: systemClock, logger: silent, pid: 1 };
    await expect(startBroker(options)).rejects.toThrow(text);
  });
});
