/** Attributes that RFC 2253 names; Java writes all others as an object identifier and the value's bytes. */
const NAMED = new Set(['CN', 'C', 'O', 'OU', 'L', 'ST', 'STREET', 'DC', 'UID']);
const EMAIL_OID = '1.2.840.113549.1.9.1';
const IA5_STRING = 0x16;

/** `X509Certificate.subject` of Node (one attribute per line, the general before the special) as Java's RFC 2253 name. */
export function distinguishedName(subject: string): string {
  return subject
    .split('\n')
    .reverse()
    .map((line) => line.split(' + ').map(attribute).join('+'))
    .join(',');
}

function attribute(text: string): string {
  const equals = text.indexOf('=');
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  if (name !== 'emailAddress') return NAMED.has(name) ? text : `${name}=${value}`;
  const bytes = Buffer.from(value);
  return `${EMAIL_OID}=#${Buffer.concat([Buffer.from([IA5_STRING, bytes.length]), bytes]).toString('hex')}`;
}
