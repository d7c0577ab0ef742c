import { pbkdf2Sync } from 'node:crypto';
import { PlainExchange } from '../../../../../src/broker/security/sasl/plain.ts';
import { ScramExchange } from '../../../../../src/broker/security/sasl/scram.ts';
import { scram as scramClient } from '../../../../../src/client/security/scram.ts';
import { ClusterWorld } from '../../cluster/cluster-world.ts';

async function secretsOf(mechanism: 1 | 2, password: string, salt: Buffer, iterations: number) {
  const { controller, metadata } = await ClusterWorld.open();
  const [bytes, hash] = mechanism === 1 ? ([32, 'sha256'] as const) : ([64, 'sha512'] as const);
  const saltedPassword = pbkdf2Sync(password, salt, iterations, bytes, hash);
  await controller.alterScramCredentials([], [{ name: 'user', mechanism, iterations, salt, saltedPassword }]);
  return (name: string) => metadata.scramCredential(mechanism, name);
}

describe('PLAIN', () => {
  const evaluate = (text: string) => {
    const exchange = new PlainExchange(new Map([['alice', 'secret']]));
    exchange.evaluate(Buffer.from(text));
    return exchange.user;
  };

  it('knows who has the password', () => {
    expect(evaluate('\0alice\0secret')).toBe('alice');
    expect(evaluate('alice\0alice\0secret')).toBe('alice');
  });

  // kafka 4.x PlainSaslServer
  it.each([
    ['\0alice\0wrong', 'Authentication failed: Invalid username or password', true],
    ['\0nobody\0secret', 'Authentication failed: Invalid username or password', true],
    [
      'bob\0alice\0secret',
      'Authentication failed: Client requested an authorization id that is different from username',
      true,
    ],
    ['\0\0secret', 'Authentication failed: username not specified', false],
    ['\0alice\0', 'Authentication failed: password not specified', false],
    ['alice\0secret', 'Invalid SASL/PLAIN response: expected 3 tokens, got 2', false],
  ])('refuses %j', (text, message, isForClient) => {
    expect(() => evaluate(text)).toThrow(expect.objectContaining({ message, isForClient }));
  });
});

describe('SCRAM', () => {
  // RFC 7677, section 3.
  it('answers as the example of RFC 7677', async () => {
    const exchange = new ScramExchange({
      hash: 'sha256',
      secretsOf: await secretsOf(1, 'pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096),
      newNonce: () => '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    });
    const first = exchange.evaluate(Buffer.from('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'));
    expect(first.toString()).toBe(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    );
    expect(exchange.user).toBeNull();
    const final =
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
    expect(exchange.evaluate(Buffer.from(final)).toString()).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
    expect(exchange.user).toBe('user');
  });

  async function meet(password: string, user = 'user') {
    const exchange = new ScramExchange({
      hash: 'sha512',
      secretsOf: await secretsOf(2, 'pencil', Buffer.from('salt'), 4096),
    });
    const client = scramClient('sha512', user, password);
    let step = await client.next(Buffer.alloc(0));
    while (!step.done) step = await client.next(exchange.evaluate(step.value));
    return exchange.user;
  }

  it('agrees with our client', async () => {
    expect(await meet('pencil')).toBe('user');
    await expect(meet('pen')).rejects.toThrow('Invalid client credentials');
    await expect(meet('pencil', 'nobody')).rejects.toThrow('Authentication failed: Credentials could not be obtained');
  });

  it.each(['hello', 'n,,n=user', 'p=tls-unique,,n=user,r=abc', 'n,,n=user,r=abc,tokenauth=true', ''])(
    'refuses the first message %j',
    async (message) => {
      const exchange = new ScramExchange({
        hash: 'sha256',
        secretsOf: await secretsOf(1, 'p', Buffer.from('s'), 4096),
      });
      expect(() => exchange.evaluate(Buffer.from(message))).toThrow(/Invalid SCRAM|could not be obtained/);
    },
  );

  it.each(['c=biws,r=other,p=AAAA', 'c=eSws,r=NONCE,p=AAAA', 'c=biws,r=NONCE,p=AAAA', 'c=biws,r=NONCE'])(
    'refuses the last message %j',
    async (message) => {
      const exchange = new ScramExchange({
        hash: 'sha256',
        secretsOf: await secretsOf(1, 'p', Buffer.from('s'), 4096),
        newNonce: () => 'CE',
      });
      exchange.evaluate(Buffer.from('n,,n=user,r=NON'));
      expect(() => exchange.evaluate(Buffer.from(message))).toThrow(/^Invalid/);
    },
  );
});
