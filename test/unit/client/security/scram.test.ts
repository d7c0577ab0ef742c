import { scram } from '../../../../src/client/security/scram.ts';
import { parseJaas } from '../../../../src/util/jaas.ts';

describe('SCRAM', () => {
  // Origin: the example exchange of RFC 7677, section 3.
  it('plays the client’s part of RFC 7677', async () => {
    const exchange = scram('sha256', 'user', 'pencil', 'rOprNGfwEbeRWgbNEkqO');
    const first = await exchange.next();
    expect(String(first.value)).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    const final = await exchange.next(
      Buffer.from('r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'),
    );
    expect(String(final.value)).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    );
    const end = await exchange.next(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='));
    expect(end.done).toBe(true);
  });

  it('does not believe a server that cannot prove itself', async () => {
    const exchange = scram('sha256', 'user', 'pencil', 'rOprNGfwEbeRWgbNEkqO');
    await exchange.next();
    await exchange.next(Buffer.from('r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'));
    await expect(exchange.next(Buffer.from('v=AAAA'))).rejects.toThrow('Invalid server signature');
  });

  it.each([
    ['r=other,s=AA==,i=4096', 'Invalid server nonce'],
    ['r=abcd,s=AA==,i=1', 'less than the minimum 4096'],
    ['e=unknown-user', 'unknown-user'],
  ])('refuses %s', async (message, text) => {
    const exchange = scram('sha512', 'user', 'x', 'abc');
    await exchange.next();
    await expect(exchange.next(Buffer.from(message))).rejects.toThrow(text);
  });

  it('writes commas and equals signs of a name in their escaped form', async () => {
    const exchange = scram('sha256', 'a,b=c', 'x', 'n');
    expect(String((await exchange.next()).value)).toBe('n,,n=a=2Cb=3Dc,r=n');
  });
});

describe('sasl.jaas.config', () => {
  it('gives the options of the login module', () => {
    const { name, options } = parseJaas(
      'org.apache.kafka.common.security.plain.PlainLoginModule required\n  username="alice" password="a\\"b=c;" x=y;',
    );
    expect(name).toBe('org.apache.kafka.common.security.plain.PlainLoginModule');
    expect([...options]).toEqual([
      ['username', 'alice'],
      ['password', 'a"b=c;'],
      ['x', 'y'],
    ]);
  });

  it.each([
    ['', 'Login module not specified in JAAS config'],
    ['Module', 'Login module control flag not specified in JAAS config'],
    ['Module required a=b', 'JAAS config entry not terminated by semi-colon'],
    ['Module required a;', "Value not specified for key 'a' in JAAS config"],
  ])('refuses %j', (source, text) => {
    expect(() => parseJaas(source)).toThrow(text);
  });
});
