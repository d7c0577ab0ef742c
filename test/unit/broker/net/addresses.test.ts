import { javaAddress, plainAddress } from '../../../../src/broker/net/addresses.ts';

describe('addresses', () => {
  it.each([
    ['127.0.0.1', '/127.0.0.1'],
    ['::1', '/0:0:0:0:0:0:0:1'],
    ['::', '/0:0:0:0:0:0:0:0'],
    ['fe80::1:2%eth0', '/fe80:0:0:0:0:0:1:2%eth0'],
    ['2001:db8:1:2:3:4:5:6', '/2001:db8:1:2:3:4:5:6'],
  ])('prints %s as Java does', (address, printed) => expect(javaAddress(address)).toBe(printed));

  it('sees the IPv4 peer behind a dual-stack socket', () => expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1'));
});
