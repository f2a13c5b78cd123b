import { AddressRefused, checkedLookup, checkLiteralHost, isPublicAddress } from './endpoint-address';

it.each([
  ...['93.184.215.14', '1.1.1.1', '172.15.255.255', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001:800::200e'],
])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

it.each([
  ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '100.100.100.200', '192.0.0.192', '198.18.0.1', '168.63.129.16'],
  ...['224.0.0.1', '255.255.255.255', '240.0.0.1', '203.0.113.7'],
  ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'fec0::1', '2001:db8::1'],
  ...['::ffff:10.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::a00:1', '2002:7f00:1::', '2001:0:7f00:1::'],
  ...['localhost', '', 'fe80::1%eth0'],
])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));

describe('a URL whose host is an address', () => {
  it.each([
    ...['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'https://[::1]:8443/'],
    ...['http://[::ffff:127.0.0.1]/', 'http://169.254.169.254/latest/meta-data/'],
  ])('%s is refused, however it is written', (url) => {
    expect(() => checkLiteralHost(new URL(url), false)).toThrow(AddressRefused);
    expect(() => checkLiteralHost(new URL(url), true)).not.toThrow();
  });

  it.each(['https://example.com/', 'https://1.1.1.1/', 'https://[2606:4700::1111]/'])('%s is not', (url) =>
    expect(() => checkLiteralHost(new URL(url), false)).not.toThrow(),
  );
});

describe('the lookup of a connection', () => {
  const answers = { address: '10.0.0.1', family: 4 };
  const open = { address: '1.1.1.1', family: 4 };
  const ask = (found: { address: string; family: number }[], allowPrivate: boolean, all: boolean) =>
    new Promise((resolve) => {
      const lookup = checkedLookup(() => Promise.resolve(found), allowPrivate);
      lookup('app.example.com', { all }, (error, address, family) =>
        resolve(error ?? (all ? address : [address, family])),
      );
    });

  it('gives only what may be connected to', async () => {
    expect(await ask([answers, open], false, true)).toEqual([open]);
    expect(await ask([answers, open], false, false)).toEqual(['1.1.1.1', 4]);
    expect(await ask([answers, open], true, true)).toEqual([answers, open]);
  });

  it('refuses a name that has nothing else', async () => {
    expect(await ask([answers], false, true)).toBeInstanceOf(AddressRefused);
    expect(await ask([answers], true, false)).toEqual(['10.0.0.1', 4]);
  });

  it('passes on that a name is unknown', async () => {
    const lookup = checkedLookup(() => Promise.reject(new Error('no such name')), false);
    const error = await new Promise((resolve) => lookup('x.example', {}, resolve));
    expect(error).toMatchObject({ message: 'no such name' });
  });
});
