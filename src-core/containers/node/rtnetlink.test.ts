import { expect, it } from 'vitest';
import { defaultRoute, errnoIn, newAddress, newMacvlan } from './rtnetlink.ts';

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

it('an address is told as ip-address(8) tells it', () => {
  // nlmsghdr: 40 bytes, RTM_NEWADDR, REQUEST|ACK|CREATE; ifaddrmsg: AF_INET /24, index 2; IFA_LOCAL, IFA_ADDRESS
  expect(hex(newAddress(2, '10.0.5.7', 24))).toBe(
    '28000000' +
      '1400' +
      '0504' +
      '0000000000000000' +
      '02180000' +
      '02000000' +
      '080002000a000507' +
      '080001000a000507',
  );
});

it('the way out leads over the gateway', () => {
  expect(hex(defaultRoute(2, '10.0.5.1'))).toBe(
    '2c000000' +
      '1800' +
      '0504' +
      '0000000000000000' +
      '02000000fe040001' +
      '00000000' +
      '080005000a000501' +
      '0800040002000000',
  );
});

it("a container's card is a macvlan in bridge mode with its own address, in its own network", () => {
  const bytes = hex(newMacvlan(3, '52:54:00:12:34:56', 200));
  expect(bytes).toContain('0a000100525400123456');
  expect(bytes).toContain('0800050003000000');
  expect(bytes).toContain('08001c00c8000000');
  expect(bytes).toContain(hex(new TextEncoder().encode('macvlan\0')));
  expect(bytes).toContain('0800010004000000');
});

it('an answer tells why the kernel refused', () => {
  const answer = new Uint8Array(36);
  expect(errnoIn(answer)).toBe(0);
  new DataView(answer.buffer).setInt32(16, -17, true);
  expect(errnoIn(answer)).toBe(17);
});
