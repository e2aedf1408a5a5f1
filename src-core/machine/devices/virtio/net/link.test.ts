import { expect, test } from 'vitest';
import { FakeFramePort } from '../../testing/fake-frame-port.ts';
import { VirtioFunction, virtioStateSchema } from '../pci-transport.ts';
import { Driver } from '../testing/driver.ts';
import { NetDevice } from './device.ts';
import { BIT, CONTROL, EVERYTHING, frameOf, MAC, packetHeader, SEND, startedCard, STATUS_AT } from './testing/card.ts';

const UP = 1;
const ANNOUNCE = 2;
const ISR_CONFIG = 2;

/** Answers as Linux does: looks at the status once when it was told of a change. */
function look(driver: Driver): number | null {
  return (driver.interrupts() & ISR_CONFIG) === 0 ? null : driver.config(STATUS_AT, 2);
}

function acknowledge(driver: Driver): void {
  driver.queue(CONTROL).add([Uint8Array.of(3, 0)], [1]);
  driver.queue(CONTROL).kick();
  expect(driver.queue(CONTROL).collect()).toEqual([expect.objectContaining({ written: 1 })]);
}

function send(driver: Driver): void {
  driver.queue(SEND).add([packetHeader(), frameOf(60)], []);
  driver.queue(SEND).kick();
}

test('the card says its address, its longest packet and that its cable is in', () => {
  const { driver } = startedCard();
  expect(Array.from({ length: 6 }, (_, at) => driver.config(at, 1))).toEqual([...MAC]);
  expect([driver.config(STATUS_AT, 2), driver.config(10, 2)]).toEqual([UP, 1500]);
  driver.interrupts();
  expect(look(driver)).toBeNull();
});

test('a cable that is pulled takes the link down; one that is put in brings it up, and has the guest announce itself', () => {
  const { card, slot, driver } = startedCard();
  card.connect(null);
  expect(look(driver)).toBe(0);
  const port = new FakeFramePort();
  card.connect(port);
  expect(look(driver)).toBe(UP);
  expect(port.told).toBe(15);
  // Only now does the guest know that it can send something.
  expect(look(driver)).toBe(UP | ANNOUNCE);
  slot.service();
  expect(look(driver)).toBeNull();
  send(driver);
  acknowledge(driver);
  expect(driver.config(STATUS_AT, 2)).toBe(UP);
  expect(look(driver)).toBeNull();
});

test('a guest that says to have announced itself and has sent nothing is asked again when it waits, a few times', () => {
  const { card, slot, driver } = startedCard();
  card.connect(new FakeFramePort());
  expect([look(driver), look(driver)]).toEqual([0, UP]);
  for (let times = 0; times < 5; times++) {
    expect(look(driver)).toBe(UP | ANNOUNCE);
    acknowledge(driver);
    expect(look(driver)).toBeNull();
    slot.guestWaits();
  }
  expect(look(driver)).toBeNull();
  expect(driver.config(STATUS_AT, 2)).toBe(UP);
});

test('a guest is not asked again to announce itself once it has sent something, nor on a cable that was pulled', () => {
  const { card, slot, driver } = startedCard();
  card.connect(new FakeFramePort());
  expect([look(driver), look(driver), look(driver)]).toEqual([0, UP, UP | ANNOUNCE]);
  acknowledge(driver);
  slot.guestWaits();
  expect(look(driver)).toBe(UP | ANNOUNCE);
  send(driver);
  acknowledge(driver);
  slot.guestWaits();
  expect(look(driver)).toBeNull();
  card.connect(new FakeFramePort());
  expect([look(driver), look(driver), look(driver)]).toEqual([0, UP, UP | ANNOUNCE]);
  acknowledge(driver);
  card.connect(null);
  slot.guestWaits();
  expect([look(driver), look(driver)]).toEqual([0, null]);
});

test('another cable is seen to be another one, however soon it comes', () => {
  const { port, card, slot, driver } = startedCard();
  const other = new FakeFramePort();
  card.connect(other);
  expect(port.told).toBe(0);
  slot.service();
  // Not before the guest has looked, however long that takes.
  expect(look(driver)).toBe(0);
  expect(look(driver)).toBe(UP);
  card.connect(null);
  card.connect(port);
  slot.service();
  expect(look(driver)).toBe(0);
  expect(look(driver)).toBe(UP);
  send(driver);
  expect([other.sent.length, port.sent.length]).toEqual([0, 1]);
});

test('a driver that does not look at the status just has another cable', () => {
  const { card, driver } = startedCard(EVERYTHING & ~BIT.status);
  const other = new FakeFramePort();
  card.connect(other);
  send(driver);
  expect(other.sent).toHaveLength(1);
  expect(driver.config(STATUS_AT, 2)).toBe(UP);
});

test('a driver that cannot announce its guest is not asked to', () => {
  const { card, driver } = startedCard(EVERYTHING & ~BIT.announce);
  card.connect(new FakeFramePort());
  expect([look(driver), look(driver), look(driver)]).toEqual([0, UP, null]);
});

test('while no driver is there the status is what is', () => {
  const { port, card, driver } = startedCard();
  card.connect(null);
  card.connect(port);
  driver.status = 0;
  expect(driver.config(STATUS_AT, 2)).toBe(UP);
  card.connect(null);
  expect(driver.config(STATUS_AT, 2)).toBe(0);
});

/** Suspended, and gone on with on a card with another cable or none. */
function goOn(slot: VirtioFunction, memory: Driver['memory'], port: FakeFramePort | null, mac = MAC) {
  const card = new NetDevice(memory.ram, 'card0', mac, port);
  const again = new VirtioFunction(card, memory.ram);
  const saved = virtioStateSchema.parse(JSON.parse(JSON.stringify(slot.save())));
  expect(again.restore(saved)).toBeNull();
  expect(again.save()).toEqual(saved);
  return { card, slot: again };
}

/** The registers of the other function, by the same driver. */
function read(slot: VirtioFunction): number | null {
  return (slot.readWindow(0x1000, 1) & ISR_CONFIG) === 0 ? null : slot.readWindow(0x2000 + STATUS_AT, 2);
}

test('a guest that goes on with a cable announces itself, without a change of its link', () => {
  const { slot, memory } = startedCard();
  const again = goOn(slot, memory, new FakeFramePort());
  again.slot.service();
  expect(read(again.slot)).toBe(UP | ANNOUNCE);
  expect(read(again.slot)).toBeNull();
});

test('a guest gets its cable before it goes on, and sees nothing of that', () => {
  const { slot, memory } = startedCard();
  const again = goOn(slot, memory, null);
  again.card.connect(new FakeFramePort());
  again.slot.service();
  expect(read(again.slot)).toBe(UP | ANNOUNCE);
});

test('a copy has another address and no carrier, until it gets a cable of its own', () => {
  const { slot, memory } = startedCard();
  const again = goOn(slot, memory, null, Uint8Array.of(2, 2, 2, 2, 2, 2));
  expect(again.slot.readWindow(0x2000, 4)).toBe(0x02020202);
  again.slot.service();
  expect(read(again.slot)).toBe(0);
  again.slot.service();
  expect(read(again.slot)).toBeNull();
  again.card.connect(new FakeFramePort());
  expect(read(again.slot)).toBe(UP);
});

test('a guest that had no carrier and did not know it yet comes to a cable', () => {
  const { card, slot, memory } = startedCard();
  card.connect(null);
  const again = goOn(slot, memory, new FakeFramePort());
  again.slot.service();
  // The interrupt of before is not lost.
  expect(read(again.slot)).toBe(0);
  expect(read(again.slot)).toBe(UP);
});

test('frames that waited for room go on after the guest was suspended', () => {
  const { port, slot, memory, driver } = startedCard();
  port.room = 0;
  send(driver);
  const other = new FakeFramePort();
  goOn(slot, memory, other).slot.service();
  expect(other.sent.map(({ bytes }) => bytes)).toEqual([frameOf(60)]);
  expect(driver.queue(SEND).collect()).toHaveLength(1);
});

test('a state of something else is refused', () => {
  const { card } = startedCard();
  for (const state of [null, {}, { ...card.save(), status: 256 }]) expect(card.restore(state)).not.toBeNull();
});
