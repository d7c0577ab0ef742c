import { distinguishedName } from '../../../../../src/broker/security/tls/distinguished-name.ts';
import { principalMapping } from '../../../../../src/broker/security/tls/principal-mapping.ts';

describe('the name in a certificate', () => {
  // As X500Principal.getName() of Java 17 prints the same certificates.
  it.each([
    [
      'C=US\nO=Acme\\, Inc.\nOU=Sales\nCN=alice\nemailAddress=a@b.c',
      '1.2.840.113549.1.9.1=#16056140622e63,CN=alice,OU=Sales,O=Acme\\, Inc.,C=US',
    ],
    ['CN=a + OU=b\nDC=c', 'DC=c,CN=a+OU=b'],
  ])('%j is written as Java does', (subject, name) => {
    expect(distinguishedName(subject)).toBe(name);
  });

  const rules = [
    'RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/',
    'RULE:^CN=(.*?),OU=(.*?),O=(.*?),L=(.*?),ST=(.*?),C=(.*?)$/$1@$2/L',
    'RULE:^cn=(.*?),ou=(.*?),dc=(.*?),dc=(.*?)$/$1@$2/U',
    'RULE:^.*[Cc][Nn]=([a-zA-Z0-9.]*).*$/$1/U',
    'DEFAULT',
  ].join(', ');
  // kafka 4.x SslPrincipalMapperTest
  it.each([
    ['CN=Duke,OU=ServiceUsers,O=Org,C=US', 'Duke'],
    ['CN=Duke,OU=SME,O=mycp,L=Fulton,ST=MD,C=US', 'duke@sme'],
    ['cn=duke,ou=sme,dc=mycp,dc=com', 'DUKE@SME'],
    ['cN=duke,OU=JavaSoft,O=Sun Microsystems', 'DUKE'],
    ['OU=JavaSoft,O=Sun Microsystems,C=US', 'OU=JavaSoft,O=Sun Microsystems,C=US'],
  ])('%s is mapped', (name, expected) => {
    expect(principalMapping(rules)(name)).toBe(expected);
  });

  it('knows slashes and commas inside a rule, and names that no rule fits', () => {
    expect(principalMapping('RULE:^CN=(.*?)\\/x,.*$/$1/L')('CN=Ab/x,O=c')).toBe('ab');
    expect(principalMapping('RULE:^CN=(.*?),OU=x$/$1/')('CN=a')).toBeNull();
    expect(principalMapping('')('CN=a')).toBe('CN=a');
  });

  it.each(['deault', 'RULE:', 'RULE:^CN=(.*?)/$1', 'RULE:^CN=(.*?)/$1/X', 'DEFAULT,RULE'])(
    'refuses the rule %j',
    (text) => {
      expect(() => principalMapping(text)).toThrow(/^Invalid rule/);
    },
  );
});
