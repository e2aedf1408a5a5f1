import { expect, test } from 'vitest';
import { FakePort } from './testing/fake-port.ts';
import { Uart } from './uart.ts';

const DATA = 0;
const IER = 1;
const IIR = 2;
const FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

function machine(room = Infinity) {
  const port = new FakePort(room);
  let level = false;
  const uart = new Uart(port, (to) => {
    level = to;
  });
  const write = (offset: number, value: number) => uart.write(offset, 1, value);
  const type = (text: string) => {
    port.input += text;
    uart.service();
  };
  return { uart, port, write, type, read: (offset: number) => uart.read(offset), level: () => level };
}

test('what is written goes out, and the transmitter is empty again at once', () => {
  const { write, read, port } = machine();
  for (const letter of 'hi\n') write(DATA, letter.charCodeAt(0));
  expect(port.output).toBe('hi\n');
  expect(read(LSR) & 0x60).toBe(0x60);
});

test('while the outside takes nothing the transmitter stays full, and nothing is lost', () => {
  const { uart, write, read, port } = machine(2);
  for (const letter of 'abcdef') write(DATA, letter.charCodeAt(0));
  expect(port.output).toBe('ab');
  expect(read(LSR) & 0x60).toBe(0);
  port.room = 2;
  uart.service();
  expect(read(LSR) & 0x60).toBe(0);
  port.room = 100;
  uart.service();
  expect(port.output).toBe('abcdef');
  expect(read(LSR) & 0x60).toBe(0x60);
});

test('the empty transmitter interrupts when that is switched on, until its cause is read', () => {
  const { write, read, level } = machine();
  write(IER, 2);
  expect(level()).toBe(true);
  expect(read(IIR) & 0x0f).toBe(2);
  expect(level()).toBe(false);
  expect(read(IIR) & 0x0f).toBe(1);
  write(DATA, 65);
  expect(level()).toBe(true);
});

test('no transmitter interrupt comes while output is held back, one comes when it is gone', () => {
  const { uart, port, write, read, level } = machine(0);
  write(IER, 2);
  read(IIR);
  write(DATA, 65);
  expect(level()).toBe(false);
  port.room = 1;
  uart.service();
  expect(level()).toBe(true);
});

test('input interrupts, is read in order, and ends the interrupt', () => {
  const { type, write, read, level } = machine();
  write(FCR, 1);
  write(IER, 1);
  type('xy');
  expect(level()).toBe(true);
  expect(read(IIR)).toBe(0xc0 | 0x04);
  expect(read(LSR) & 1).toBe(1);
  expect(String.fromCharCode(read(DATA), read(DATA))).toBe('xy');
  expect(read(LSR) & 1).toBe(0);
  expect(level()).toBe(false);
});

test('at its trigger the FIFO says data, below it says timeout', () => {
  const { type, write, read } = machine();
  write(FCR, 0x41);
  write(IER, 1);
  type('abc');
  expect(read(IIR) & 0x0f).toBe(0x0c);
  type('d');
  expect(read(IIR) & 0x0f).toBe(0x04);
});

test('what does not fit into the FIFO waits outside', () => {
  const { type, write, read, port } = machine();
  write(FCR, 1);
  write(IER, 1);
  type('0123456789abcdefgh');
  expect(port.available).toBe(2);
  read(DATA);
  expect(port.available).toBe(1);
  let rest = '';
  while ((read(LSR) & 1) !== 0) rest += String.fromCharCode(read(DATA));
  expect(rest).toBe('123456789abcdefgh');
});

test('without its FIFO it holds one byte', () => {
  const { type, write, port } = machine();
  write(IER, 1);
  type('ab');
  expect(port.available).toBe(1);
});

test('input stays outside until software looks for it', () => {
  const { type, read, port } = machine();
  type('ab');
  expect(port.available).toBe(2);
  expect(read(LSR) & 1).toBe(1);
  expect(port.available).toBe(1);
});

test('the divisor latch hides data and interrupt enable', () => {
  const { write, read, port } = machine();
  write(LCR, 0x83);
  write(DATA, 0x34);
  write(IER, 0x12);
  expect([read(DATA), read(IER)]).toEqual([0x34, 0x12]);
  write(LCR, 0x03);
  expect(read(IER)).toBe(0);
  expect(port.output).toBe('');
  expect(read(LCR)).toBe(3);
});

test('scratch, loopback and modem lines look like a 16550A to a driver that probes', () => {
  const { write, read, port } = machine();
  write(SCR, 0xa5);
  expect(read(SCR)).toBe(0xa5);
  expect(read(MSR) & 0xb0).toBe(0xb0);
  write(MCR, 0x1a);
  expect(read(MSR) & 0xf0).toBe(0x90);
  write(DATA, 66);
  expect(port.output).toBe('');
  expect(read(DATA)).toBe(66);
  write(FCR, 1);
  expect(read(IIR) & 0xc0).toBe(0xc0);
  write(FCR, 0);
  expect(read(IIR) & 0xc0).toBe(0);
});

test('it listens when software asked to be told of input', () => {
  const { uart, write } = machine();
  expect(uart.listening).toBe(false);
  write(IER, 1);
  expect(uart.listening).toBe(true);
});
