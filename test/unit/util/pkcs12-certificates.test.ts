import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pkcs12Certificates } from '../../../src/util/pkcs12-certificates.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const subjects = (pem: string[]) => pem.map((one) => new X509Certificate(one).subject.split('\n').at(-1));

describe('certificates in PKCS #12 files', () => {
  it('are found in a trust store that keytool made', () => {
    const [ca, ...rest] = pkcs12Certificates(fixture('trust.p12'), 'changeit');
    expect(new X509Certificate(ca as string).raw).toEqual(new X509Certificate(fixture('ca.pem')).raw);
    expect(rest).toEqual([]);
  });

  it('are found beside a key in a file that openssl made', () => {
    expect(subjects(pkcs12Certificates(fixture('server.p12'), 'changeit'))).toEqual(['CN=localhost', 'CN=Test CA']);
  });

  it('need the password', () => {
    expect(() => pkcs12Certificates(fixture('trust.p12'), 'other')).toThrow('the password is wrong');
  });

  it.each([
    ['a JKS file', fixture('trust.jks')],
    ['a PEM file', fixture('ca.pem')],
    ['half a file', fixture('trust.p12').subarray(0, 300)],
    ['nothing', Buffer.alloc(0)],
  ])('are not found in %s', (_, bytes) => {
    expect(() => pkcs12Certificates(bytes, 'changeit')).toThrow(expect.objectContaining({ name: 'Pkcs12Error' }));
  });
});
